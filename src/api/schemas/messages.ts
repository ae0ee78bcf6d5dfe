import { Type } from 'typebox';
import { addressText, closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';

const state = Type.Enum(['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'], {
  type: 'string',
  description:
    '`unknown`: nobody here knows whether it was sent, so that it is not sent again by itself. `skipped`: it would say what is not so any more, or somebody has left it',
  examples: ['sent'],
});

export const Message = Type.Object(
  {
    id: id('Id of the mail'),
    kind: Type.Enum(
      [
        'invoice-sent',
        'reminder',
        'payment-failed',
        'final-notice',
        'payment-received',
        'webhook-failing',
        'webhook-given-up',
      ],
      { type: 'string', description: 'What it says', examples: ['reminder'] },
    ),
    customerId: nullable(id('Id of the customer, whose address is read when it is sent; null for a mail to operators')),
    invoiceId: nullable(id('Id of the invoice that it is about; null where it is about none')),
    invoiceNumber: nullable(text('Number of that invoice', 'SMPL-0000001', 26)),
    endpointId: nullable(id('Id of the webhook endpoint that it is about; null where it is about none')),
    ordinal: nullable(Type.Integer({ minimum: 1, description: 'Which reminder it is', examples: [1] })),
    state,
    attempts: count('How often it was tried', 1),
    nextAt: nullable(
      instant('Machine time from which on it is tried; null unless it is pending', '2026-11-22T21:00:00.000Z'),
    ),
    messageId: nullable(
      text(
        'Its Message-ID, by which the log of a mail server is searched',
        '0d5a1c0e-6f4e-4c37-9f0e-9d1c5a9f2b11@acme.example',
      ),
    ),
    reason: nullable(text('Code of the mail server, or ours: why it is as it is', '550 5.1.1', 200)),
    createdAt: instant('Machine time since which it is owed', '2026-11-22T21:00:00.000Z'),
    sentAt: nullable(instant('Machine time at which the mail server took it', '2026-11-22T21:00:02.000Z')),
  },
  { description: 'A mail to a customer or to operators' },
);

const cursorExample = ['2026-11-22T21:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];

export const MessagePage = page(Message, 'Mails, the latest first', cursorExample);
export const MessageParams = Type.Object(
  { id: addressText('Id of the mail', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
export const MessageQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    state: Type.Optional(state),
    invoice: Type.Optional(addressText('Only about the invoice with this id', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55')),
  },
  closed,
);

export const MessageDecision = Type.Object(
  { reason: text('Why', 'The address was mended.', 500) },
  { ...closed, description: 'Why it is done; it stays in the history of what the mail is about' },
);
