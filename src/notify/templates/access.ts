import type { Composed } from './compose.ts';
import { htmlOf, oneLine, type Parts, textOf } from './frame.ts';

/** Mails by which people come in: a link that they asked for, and invitations. */
export type AccessMail = {
  kind: 'sign-in' | 'user-invite' | 'operator-invite';
  /** BCP 47; English where nobody here speaks it. */
  language: string;
  /** Who reads it; '' where nobody has told. */
  name: string;
  /** Whose pages they are to see: a customer, or the business itself. */
  of: string;
  /** As whom the mail is signed. */
  seller: string;
  url: string;
  /** How long the link works. */
  minutes: number;
};

type Facts = Pick<AccessMail, 'name' | 'of' | 'seller'> & { time: string };
type Words = {
  subject: Record<AccessMail['kind'], (facts: Facts) => string>;
  paragraphs: Record<AccessMail['kind'], (facts: Facts) => string[]>;
  button: Record<AccessMail['kind'], string>;
  greeting: (name: string) => string;
  end: (seller: string) => string;
};

const en: Words = {
  subject: {
    'sign-in': ({ seller }) => `Your link to sign in at ${seller}`,
    'user-invite': ({ of, seller }) => `See the bills of ${of} at ${seller}`,
    'operator-invite': ({ of }) => `Your access to the billing of ${of}`,
  },
  paragraphs: {
    'sign-in': ({ time }) => [
      `Here is the link to sign in that you asked for. It works once, for ${time}.`,
      'If you did not ask for it, you need not do anything: nobody gets in without this mail.',
    ],
    'user-invite': ({ of, seller, time }) => [
      `You can see the usage and the bills of ${of} at ${seller} from now on.`,
      `This link works once, for ${time}. Afterwards you get a new one at any time by your e-mail address.`,
    ],
    'operator-invite': ({ of, time }) => [
      `You have been given access to the billing of ${of}. Please choose a password.`,
      `This link works once, for ${time}.`,
    ],
  },
  button: { 'sign-in': 'Sign in', 'user-invite': 'See the bills', 'operator-invite': 'Choose a password' },
  greeting: (name) => (name === '' ? 'Hello,' : `Hello ${name},`),
  end: (seller) => `Kind regards\n${seller}`,
};

const de: Words = {
  subject: {
    'sign-in': ({ seller }) => `Ihr Link zur Anmeldung bei ${seller}`,
    'user-invite': ({ of, seller }) => `Die Rechnungen von ${of} bei ${seller}`,
    'operator-invite': ({ of }) => `Ihr Zugang zur Abrechnung von ${of}`,
  },
  paragraphs: {
    'sign-in': ({ time }) => [
      `hier ist der Link zur Anmeldung, um den Sie gebeten haben. Er gilt einmal und ${time}.`,
      'Falls Sie nicht darum gebeten haben, brauchen Sie nichts zu tun: Ohne diese Nachricht kommt niemand hinein.',
    ],
    'user-invite': ({ of, seller, time }) => [
      `ab jetzt sehen Sie bei ${seller} den Verbrauch und die Rechnungen von ${of}.`,
      `Dieser Link gilt einmal und ${time}. Danach bekommen Sie jederzeit einen neuen über Ihre E-Mail-Adresse.`,
    ],
    'operator-invite': ({ of, time }) => [
      `Sie haben Zugang zur Abrechnung von ${of} bekommen. Bitte wählen Sie ein Passwort.`,
      `Dieser Link gilt einmal und ${time}.`,
    ],
  },
  button: { 'sign-in': 'Anmelden', 'user-invite': 'Rechnungen ansehen', 'operator-invite': 'Passwort wählen' },
  greeting: (name) => (name === '' ? 'Guten Tag,' : `Guten Tag ${name},`),
  end: (seller) => `Freundliche Grüße\n${seller}`,
};

const dictionaries: Record<string, Words> = { en, de };

/** The subject and both forms of a mail. Pure: the same input gives the same mail. */
export function composeAccessMail({ kind, language, name, of, seller, url, minutes }: AccessMail): Composed {
  const asked = language.toLowerCase().split('-')[0] ?? '';
  const spoken = Object.hasOwn(dictionaries, asked) ? asked : 'en';
  const words = dictionaries[spoken] as Words;
  const facts = { name, of, seller, time: timeText(minutes, spoken) };
  const parts: Parts = {
    greeting: words.greeting(name),
    paragraphs: words.paragraphs[kind](facts),
    rows: [],
    link: { url, label: words.button[kind] },
    end: words.end(seller),
  };
  const subject = oneLine(words.subject[kind](facts));
  return { subject, text: textOf(parts), html: htmlOf(parts, spoken), language: spoken };
}

/** 15 minutes, 4 days. */
function timeText(minutes: number, language: string): string {
  const [value, unit] =
    minutes % 1_440 === 0
      ? [minutes / 1_440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
