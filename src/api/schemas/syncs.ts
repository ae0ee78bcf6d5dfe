import { Type } from 'typebox';
import { answerKinds } from '../../../workflows/contract/messages.ts';
import { closed, id, nullable, text, workflowUrl } from './common.ts';

const reason = (description: string) => text(description, 'The customer asked for it.', 500);

export const Woken = Type.Object(
  {
    invoiceId: id('Our id of the invoice'),
    workflowId: text('Its sync in Temporal', 'sync-invoice/b0a2ffde-…', 200),
    workflowUrl,
  },
  { description: 'The sync looks at the invoice now; GET /v1/invoices/{id} tells how far it is' },
);

export const NewAnswer = Type.Object(
  {
    kind: Type.Enum([...answerKinds], {
      type: 'string',
      description:
        '`retry`: the cause is mended. `fix`: apply a stored correction, then try again. `abandon`: delete or void it at ' +
        'Stripe, void it here. `hold`: stop one that is on its way, or a draft. `release`: let a held one go on',
      examples: ['retry'],
    }),
    decisionId: Type.Optional(id('Made by you; sent again it is the same answer. Without it the server makes one')),
    parkingNumber: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: '`parked.parkingNumber` of the invoice; a hold names none',
        examples: [1],
      }),
    ),
    correctionId: Type.Optional(id('Of a fix: the stored correction')),
    reason: reason('Why, for the history'),
  },
  { ...closed, description: 'An answer to an invoice that waits for a person' },
);

export const AnswerTaken = Type.Object(
  {
    decisionId: id('Id of the decision'),
    outcome: Type.Enum(['accepted', 'already accepted'], {
      type: 'string',
      description: 'Whether it was there before',
      examples: ['accepted'],
    }),
    workflowUrl,
  },
  { description: 'The answer is stored and its invoice taken up' },
);

export const VoidOrder = Type.Object({ reason: reason('Why, for the history') }, { ...closed });

export const NewCorrection = Type.Object(
  {
    contact: Type.Optional(
      Type.Object(
        {
          name: Type.Optional(text('The name on its bills', 'JetBlue Airways')),
          email: Type.Optional(nullable(text('Where bills are sent', 'billing@jetblue.example', 320))),
        },
        { ...closed, description: 'What is left out stays' },
      ),
    ),
    remoteCustomerId: Type.Optional(text("Stripe's id of the customer that is this one", 'cus_NffrFeUfNV2Hib')),
    reason: reason('Why, for the history'),
  },
  { ...closed, description: 'A correction of contact or of the link to Stripe; the answer `fix` applies it' },
);

export const StoredCorrection = Type.Object(
  {
    id: id('For the answer `fix`'),
    kind: Type.Enum(['contact', 'customer-mapping'], {
      type: 'string',
      description: 'What it corrects',
      examples: ['contact'],
    }),
  },
  { description: 'The correction, not yet applied' },
);
