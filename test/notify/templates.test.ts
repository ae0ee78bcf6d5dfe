import assert from 'node:assert/strict';
import type { Currency } from '../../src/domain/money/currency.ts';
import { composeMail, type MailSubject } from '../../src/notify/templates/compose.ts';
import { composeEndpointMail, type EndpointMail } from '../../src/notify/templates/endpoints.ts';
import { mailKinds } from '../../src/notify/templates/words.ts';

const subject: MailSubject = {
  kind: 'reminder',
  language: 'en',
  customer: { name: 'Blue Heron Air' },
  invoice: {
    number: 'INV-000042',
    currency: 'USD' as Currency,
    totalMinor: 123_450n,
    paidMinor: 23_450n,
    dueOn: '2013-03-08',
    url: 'https://pay.example/i/42',
  },
  ordinal: 2,
  seller: 'Acme',
};

describe('The mails', () => {
  it('name what is still open, in the language and the way of the customer', () => {
    // 1,234.50 less 234.50 that was paid.
    const en = composeMail({ ...subject, language: 'en-US' });
    assert.equal(en.subject, 'Reminder 2: invoice INV-000042 is not paid yet');
    assert.match(en.text, /^Hello Blue Heron Air,\n\n\$1,000\.00 of your invoice INV-000042 is still open\./);
    assert.match(en.text, /It was to be paid by March 8, 2013\./);
    assert.match(en.text, /https:\/\/pay\.example\/i\/42\n\nKind regards\nAcme\n$/);
    const de = composeMail({ ...subject, language: 'de-DE' });
    assert.equal(de.subject, '2. Zahlungserinnerung: Rechnung INV-000042 ist noch offen');
    assert.match(de.text, /1\.000,00\s\$ offen\. Sie war bis zum 8\. März 2013 zu zahlen\./);
    assert.deepEqual([en.language, de.language], ['en', 'de']);
  });

  it('are in English where nobody here speaks the language, or it is none', () => {
    for (const language of ['tlh', 'fr-FR', '', 'en-', 'not a language', 'constructor']) {
      assert.match(composeMail({ ...subject, language }).subject, /^Reminder 2/);
    }
  });

  it('say every kind in every language, each in both forms, with the button where there is something to open', () => {
    for (const language of ['en', 'de']) {
      const subjects = mailKinds.map((kind) => {
        const mail = composeMail({ ...subject, kind, language });
        assert.ok(mail.text.includes('INV-000042'), `${kind} in ${language}`);
        assert.ok(mail.html.includes('href="https://pay.example/i/42"'), `${kind} in ${language}`);
        assert.ok(!/undefined|null|NaN|\[object/.test(mail.text + mail.html), `${kind} in ${language}`);
        return mail.subject;
      });
      assert.equal(new Set(subjects).size, mailKinds.length);
    }
    const without = composeMail({ ...subject, invoice: { ...subject.invoice, url: null } });
    assert.ok(!without.html.includes('href'), 'no button');
  });

  it('write amounts of any size and currency exactly', () => {
    const amountOf = (currency: string, totalMinor: bigint) =>
      composeMail({
        ...subject,
        invoice: { ...subject.invoice, currency: currency as Currency, totalMinor, paidMinor: 0n },
      }).text.split(' of your')[0];
    assert.match(amountOf('JPY', 500n)!, /¥500$/);
    assert.match(amountOf('KWD', 1_005n)!, /KWD\s1\.005$/);
    assert.match(amountOf('USD', 9_007_199_254_740_993_01n)!, /\$9,007,199,254,740,993\.01$/);
    assert.match(amountOf('USD', 5n)!, /\$0\.05$/);
  });

  it('let no name become a header or markup', () => {
    const name = 'Eve"><script>alert(1)</script>\r\nBcc: all@example.com';
    const mail = composeMail({ ...subject, seller: name, kind: 'invoice-sent', customer: { name } });
    assert.ok(!/[\r\n]/.test(mail.subject), 'one line');
    assert.ok(!mail.html.includes('<script'), 'no markup of others');
    const script = 'javascript:alert(1)';
    assert.ok(
      !composeMail({ ...subject, invoice: { ...subject.invoice, url: script } }).html.includes('href'),
      'web only',
    );
  });
});

describe('The mails about a webhook endpoint', () => {
  const facts: EndpointMail = {
    kind: 'webhook-given-up',
    language: 'en',
    name: 'Ada',
    endpoint: {
      url: 'https://heron.example:8443/hooks?token=secret',
      lastAnswer: 'status-503',
      failingSince: new Date('2026-11-22T21:05:00Z'),
      page: 'https://billing.example/developers/webhooks/1',
    },
    seller: 'Acme',
  };
  const reasons = [
    'redirected',
    'gone',
    'timeout',
    'connection-refused',
    'connection-lost',
    'name-unknown',
    'certificate-refused',
    'address-refused',
    'answer-unreadable',
  ];

  it('say what happened, what it means and what to do, without what may be a secret', () => {
    const { subject: line, text, html } = composeEndpointMail(facts);
    assert.equal(line, 'Webhooks to heron.example:8443 are switched off');
    assert.match(
      text,
      /^Hello Ada,\n\nNothing but failures have come back since November 22, 2026 at 9:05:00.PM UTC\./,
    );
    assert.match(text, /None is lost: each is kept for 30 days/);
    assert.match(text, /mend your program, enable the endpoint on its page, and have everything sent again/);
    assert.match(text, /Endpoint: https:\/\/heron\.example:8443\/hooks\nLast answer: Status 503\n/);
    assert.ok(html.includes('href="https://billing.example/developers/webhooks/1"'));
    assert.ok(!`${line}${text}${html}`.includes('secret'));
  });

  it('have words for every reason of a failure, in every language', () => {
    for (const language of ['en', 'de-CH']) {
      const said = ['status-500', ...reasons].map((lastAnswer) => {
        const { text } = composeEndpointMail({ ...facts, language, endpoint: { ...facts.endpoint, lastAnswer } });
        return /(Last answer|Letzte Antwort): (.*)/.exec(text)?.[2] ?? '';
      });
      assert.equal(new Set(said).size, reasons.length + 1, said.join('\n'));
      for (const reason of reasons) assert.ok(!said.includes(reason), `${reason} in ${language}`);
    }
  });

  it('greet nobody by name where several read it, and speak English where nobody here speaks the language', () => {
    assert.match(composeEndpointMail({ ...facts, name: '' }).text, /^Hello,\n/);
    assert.equal(composeEndpointMail({ ...facts, language: 'tlh' }).language, 'en');
  });
});
