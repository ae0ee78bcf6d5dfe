import type { Words } from './words.ts';

export const en: Words = {
  subject: {
    'invoice-sent': ({ number, seller }) => `Invoice ${number} from ${seller}`,
    reminder: ({ number, ordinal }) =>
      ordinal === 1
        ? `Reminder: invoice ${number} is not paid yet`
        : `Reminder ${ordinal}: invoice ${number} is not paid yet`,
    'payment-failed': ({ number }) => `The payment of invoice ${number} failed`,
    'final-notice': ({ number }) => `Final notice: invoice ${number}`,
    'payment-received': ({ number }) => `Thank you for paying invoice ${number}`,
  },
  paragraphs: {
    'invoice-sent': ({ number, amount, dueOn }) => [
      `Here is your invoice ${number} over ${amount}. Please pay it by ${dueOn}.`,
    ],
    reminder: ({ number, amount, dueOn }) => [
      `${amount} of your invoice ${number} is still open. It was to be paid by ${dueOn}.`,
      'If you have paid in the meantime, please take no notice of this mail.',
    ],
    'payment-failed': ({ number, amount }) => [
      `We could not collect the ${amount} of your invoice ${number}.`,
      'Please pay it by the link below, or check your payment method.',
    ],
    'final-notice': ({ number, amount, dueOn }) => [
      `${amount} of your invoice ${number} is still open, although it was to be paid by ${dueOn} and we have reminded you of it.`,
      'Please pay it now. We will not remind you again.',
    ],
    'payment-received': ({ number, amount }) => [
      `We have received ${amount}. Your invoice ${number} is paid. Thank you.`,
    ],
  },
  greeting: ({ name }) => `Hello ${name},`,
  button: { pay: 'See and pay the invoice', see: 'See the invoice' },
  labels: { number: 'Invoice', open: 'To be paid', paid: 'Paid', dueOn: 'By' },
  end: ({ seller }) => `Kind regards\n${seller}`,
};
