import type { Composed } from './compose.ts';
import { htmlOf, oneLine, type Parts, textOf } from './frame.ts';

/** What a mail about a webhook endpoint that fails is made from. */
export type EndpointMail = {
  kind: 'webhook-failing' | 'webhook-given-up';
  /** BCP 47; English where nobody here speaks it. */
  language: string;
  /** Who reads it; '' where several do. */
  name: string;
  endpoint: {
    url: string;
    /** Why the last attempt failed, as deliveries have it. */
    lastAnswer: string;
    failingSince: Date;
    /** Where it is mended. */
    page: string;
  };
  /** As whom the mail is signed. */
  seller: string;
};

type Facts = { host: string; since: string; isGone: boolean };
type Words = {
  subject: Record<EndpointMail['kind'], (facts: Facts) => string>;
  paragraphs: Record<EndpointMail['kind'], (facts: Facts) => string[]>;
  labels: { address: string; lastAnswer: string; since: string };
  /** By the reason of an attempt; one with a status in it is `status`. */
  answers: Record<string, string> & { status: string };
  button: string;
  greeting: (name: string) => string;
  end: (seller: string) => string;
};

const en: Words = {
  subject: {
    'webhook-failing': ({ host }) => `Webhooks to ${host} fail`,
    'webhook-given-up': ({ host }) => `Webhooks to ${host} are switched off`,
  },
  paragraphs: {
    'webhook-failing': ({ since }) => [
      `Your program has taken none of the events that we sent it since ${since}.`,
      'We go on trying. If nothing changes within five days of that moment, we switch the endpoint off and tell you.',
      'Please look into your program. What has failed can be sent again from the page of the endpoint, for 30 days.',
    ],
    'webhook-given-up': ({ since, isGone }) => [
      isGone
        ? 'Your program has answered that it is gone (410). We have therefore switched its endpoint off.'
        : `Nothing but failures have come back since ${since}. We have therefore switched the endpoint off.`,
      'No events arrive there from now on. None is lost: each is kept for 30 days, to be sent again.',
      'To go on: mend your program, enable the endpoint on its page, and have everything sent again that has failed since then.',
    ],
  },
  labels: { address: 'Endpoint', lastAnswer: 'Last answer', since: 'Failing since' },
  answers: {
    status: 'Status',
    redirected: 'A redirect, which is not followed',
    gone: 'Status 410: gone',
    timeout: 'None in time',
    'connection-refused': 'None: nobody listens at the address',
    'connection-lost': 'None: the connection broke',
    'name-unknown': 'None: the name of the address is not known',
    'certificate-refused': 'None: the certificate is not valid',
    'address-refused': 'None: the address leads into a private network',
    'answer-unreadable': 'Something that is no HTTP',
  },
  button: 'See the endpoint',
  greeting: (name) => (name === '' ? 'Hello,' : `Hello ${name},`),
  end: (seller) => `Kind regards\n${seller}`,
};

const de: Words = {
  subject: {
    'webhook-failing': ({ host }) => `Webhooks an ${host} schlagen fehl`,
    'webhook-given-up': ({ host }) => `Webhooks an ${host} sind abgeschaltet`,
  },
  paragraphs: {
    'webhook-failing': ({ since }) => [
      `Ihr Programm hat seit ${since} keines der Ereignisse angenommen, die wir ihm geschickt haben.`,
      'Wir versuchen es weiter. Ändert sich bis fünf Tage nach diesem Zeitpunkt nichts, schalten wir den Endpunkt ab und sagen es Ihnen.',
      'Bitte prüfen Sie Ihr Programm. Was fehlgeschlagen ist, lässt sich 30 Tage lang auf der Seite des Endpunkts noch einmal senden.',
    ],
    'webhook-given-up': ({ since, isGone }) => [
      isGone
        ? 'Ihr Programm hat geantwortet, dass es nicht mehr da ist (410). Wir haben seinen Endpunkt deshalb abgeschaltet.'
        : `Seit ${since} kamen nur Fehler zurück. Wir haben den Endpunkt deshalb abgeschaltet.`,
      'Dort kommen ab jetzt keine Ereignisse mehr an. Keines ist verloren: Jedes bleibt 30 Tage lang aufgehoben, um noch einmal gesendet zu werden.',
      'So geht es weiter: Bringen Sie Ihr Programm in Ordnung, schalten Sie den Endpunkt auf seiner Seite ein, und lassen Sie alles noch einmal senden, was seitdem fehlgeschlagen ist.',
    ],
  },
  labels: { address: 'Endpunkt', lastAnswer: 'Letzte Antwort', since: 'Fehler seit' },
  answers: {
    status: 'Status',
    redirected: 'Eine Weiterleitung, der nicht gefolgt wird',
    gone: 'Status 410: nicht mehr da',
    timeout: 'Keine rechtzeitig',
    'connection-refused': 'Keine: Unter der Adresse nimmt niemand an',
    'connection-lost': 'Keine: Die Verbindung ist abgebrochen',
    'name-unknown': 'Keine: Der Name der Adresse ist nicht bekannt',
    'certificate-refused': 'Keine: Das Zertifikat ist nicht gültig',
    'address-refused': 'Keine: Die Adresse führt in ein privates Netz',
    'answer-unreadable': 'Etwas, das kein HTTP ist',
  },
  button: 'Endpunkt ansehen',
  greeting: (name) => (name === '' ? 'Guten Tag,' : `Guten Tag ${name},`),
  end: (seller) => `Freundliche Grüße\n${seller}`,
};

const dictionaries: Record<string, Words> = { en, de };

/** The subject and both forms of a mail. Pure: the same input gives the same mail. */
export function composeEndpointMail({ kind, language, name, endpoint, seller }: EndpointMail): Composed {
  const asked = language.toLowerCase().split('-')[0] ?? '';
  const spoken = Object.hasOwn(dictionaries, asked) ? asked : 'en';
  const words = dictionaries[spoken] as Words;
  const { origin, host, pathname } = new URL(endpoint.url);
  const since = instantText(endpoint.failingSince, spoken);
  const facts = { host, since, isGone: endpoint.lastAnswer === 'gone' };
  const parts: Parts = {
    greeting: words.greeting(name),
    paragraphs: words.paragraphs[kind](facts),
    rows: [
      // What stands behind the path may be a secret.
      [words.labels.address, `${origin}${pathname}`],
      [words.labels.lastAnswer, answerText(endpoint.lastAnswer, words)],
      [words.labels.since, since],
    ],
    link: { url: endpoint.page, label: words.button },
    end: words.end(seller),
  };
  const subject = oneLine(words.subject[kind](facts));
  return { subject, text: textOf(parts), html: htmlOf(parts, spoken), language: spoken };
}

function answerText(reason: string, { answers }: Words): string {
  const status = /^status-(\d+)$/.exec(reason)?.[1];
  return status === undefined ? (answers[reason] ?? reason) : `${answers.status} ${status}`;
}

/** Machine time, which is everybody's. */
function instantText(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { timeZone: 'UTC', dateStyle: 'long', timeStyle: 'long' }).format(at);
}
