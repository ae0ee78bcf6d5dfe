import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeInvoiceDue, type InvoiceDue, parseInvoiceDue } from '../../src/broker/invoice-due.ts';
import { isDurabillError } from '../../src/errors/error.ts';

const id = '0b8f6a52-1d3c-5e4f-8a9b-0c1d2e3f4a5b';

describe('The message of a due invoice', () => {
  it('is read as it was written', () => {
    const message = fc.record({
      version: fc.constant(1 as const),
      invoiceId: fc.uuid(),
      priority: fc.constantFrom('normal' as const, 'high' as const),
    });
    fc.assert(
      fc.property(message, (written) => {
        assert.deepEqual(parseInvoiceDue(encodeInvoiceDue(written)), { ok: true, message: { ...written } });
      }),
    );
  });

  it('never makes its reader throw, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
        const parsed = parseInvoiceDue(Buffer.from(bytes));
        assert.equal(parsed.ok, false);
        assert.match(parsed.ok ? '' : parsed.reason, /^The .+\.$/s);
      }),
    );
  });

  const poison: [string, string, RegExp][] = [
    ['is cut off', '{"version":1,"invo', /not JSON/],
    ['is a list', '[]', /not a JSON object/],
    ['comes from a later version', '{"version":2,"ids":[]}', /version is 2; this program knows version 1/],
    ['has no version', `{"invoiceId":"${id}","priority":"high"}`, /version is missing/],
    ['names no invoice', '{"version":1,"priority":"high"}', /invoiceId is missing/],
    ['names an invoice in capitals', `{"version":1,"invoiceId":"${id.toUpperCase()}","priority":"high"}`, /lower-case/],
    ['has an unknown priority', `{"version":1,"invoiceId":"${id}","priority":"urgent"}`, /priority is "urgent"/],
    ['has a field more', `{"version":1,"invoiceId":"${id}","priority":"high","amount":5}`, /"amount" is not part/],
    ['is a thousand times too long', ' '.repeat(100_000), /100000 bytes/],
  ];
  for (const [what, body, reason] of poison) {
    it(`is described when it ${what}`, () => {
      const parsed = parseInvoiceDue(Buffer.from(body));
      assert.equal(parsed.ok, false);
      assert.match(parsed.ok ? '' : parsed.reason, reason);
    });
  }

  it('is refused by its writer when it is not one', () => {
    const wrong = { version: 1, invoiceId: 'invoice 7', priority: 'normal' } as InvoiceDue;
    assert.throws(
      () => encodeInvoiceDue(wrong),
      (error) => isDurabillError(error, 'message-invalid'),
    );
  });
});
