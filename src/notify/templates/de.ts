import type { Words } from './words.ts';

export const de: Words = {
  subject: {
    'invoice-sent': ({ number, seller }) => `Rechnung ${number} von ${seller}`,
    reminder: ({ number, ordinal }) =>
      ordinal === 1
        ? `Zahlungserinnerung: Rechnung ${number} ist noch offen`
        : `${ordinal}. Zahlungserinnerung: Rechnung ${number} ist noch offen`,
    'payment-failed': ({ number }) => `Die Zahlung der Rechnung ${number} ist fehlgeschlagen`,
    'final-notice': ({ number }) => `Letzte Mahnung: Rechnung ${number}`,
    'payment-received': ({ number }) => `Danke für die Zahlung der Rechnung ${number}`,
  },
  paragraphs: {
    'invoice-sent': ({ number, amount, dueOn }) => [
      `hier ist Ihre Rechnung ${number} über ${amount}. Bitte zahlen Sie bis zum ${dueOn}.`,
    ],
    reminder: ({ number, amount, dueOn }) => [
      `von Ihrer Rechnung ${number} sind noch ${amount} offen. Sie war bis zum ${dueOn} zu zahlen.`,
      'Falls Sie inzwischen gezahlt haben, betrachten Sie diese Nachricht bitte als gegenstandslos.',
    ],
    'payment-failed': ({ number, amount }) => [
      `wir konnten ${amount} für Ihre Rechnung ${number} nicht einziehen.`,
      'Bitte zahlen Sie über den Link unten, oder prüfen Sie Ihre Zahlungsart.',
    ],
    'final-notice': ({ number, amount, dueOn }) => [
      `von Ihrer Rechnung ${number} sind noch ${amount} offen, obwohl sie bis zum ${dueOn} zu zahlen war und wir Sie daran erinnert haben.`,
      'Bitte zahlen Sie jetzt. Wir werden Sie nicht noch einmal erinnern.',
    ],
    'payment-received': ({ number, amount }) => [
      `wir haben ${amount} erhalten. Ihre Rechnung ${number} ist bezahlt. Vielen Dank.`,
    ],
  },
  greeting: ({ name }) => `Guten Tag ${name},`,
  button: { pay: 'Rechnung ansehen und zahlen', see: 'Rechnung ansehen' },
  labels: { number: 'Rechnung', open: 'Zu zahlen', paid: 'Bezahlt', dueOn: 'Bis' },
  end: ({ seller }) => `Freundliche Grüße\n${seller}`,
};
