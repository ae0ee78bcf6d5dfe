import { Type } from 'typebox';
import { count, nullable, text } from './common.ts';

const sentence = (description: string, example: string) => text(description, example, 1_000);

const CustomerWords = Type.Object(
  {
    happened: sentence('What happened', 'This invoice is ready to be paid.'),
    meansForBill: sentence('What it means for the bill', 'The amount is to be paid by the day that is shown.'),
    beingDone: sentence('What is being done, and by whom', 'We wait for your payment.'),
    youCan: sentence('What the customer can do', 'Pay it on its payment page.'),
  },
  { description: 'What a customer reads, in four answers' },
);

const readers = {
  engineer: nullable(sentence('What it is in the terms of the system; null for customers', 'Issued, sync `synced`.')),
  operator: nullable(sentence('The next step of an operator; null for customers', 'Nothing: it is collected.')),
  customer: nullable(CustomerWords),
};

const State = Type.Object(
  {
    label: text('One to four words, for a badge', 'To be paid', 40),
    tone: Type.Enum(['neutral', 'good', 'waiting', 'attention', 'bad'], {
      type: 'string',
      description: 'How it looks: settled well, going on by itself, or wanting somebody',
      examples: ['attention'],
    }),
    ...readers,
  },
  { description: 'A state' },
);

const Subject = Type.Object(
  {
    about: text('What it is of, as a heading', 'Where an invoice stands, all taken together'),
    states: Type.Record(Type.String(), State, { description: 'By the state as the API names it' }),
  },
  { description: 'Something that has states' },
);

const ErrorWords = Type.Object({ status: count('The HTTP status', 404), ...readers }, { description: 'An error' });
const FailureWords = Type.Object(readers, { description: 'A kind of failure on the way to Stripe' });

/** The caller has them already. */
export const WordsUnchanged = Type.Null({ description: 'They are still those that `If-None-Match` names' });

export const Words = Type.Object(
  {
    states: Type.Record(Type.String(), Subject, { description: 'States by what they are of' }),
    errors: Type.Record(Type.String(), ErrorWords, { description: 'Errors by `code`' }),
    failures: Type.Record(Type.String(), FailureWords, {
      description: 'Kinds of failures by name; none for customers, who read the `notice` of their invoice',
    }),
    failureCodes: Type.Record(Type.String(), Type.String(), {
      description: 'The kind of failure of each code of Stripe; none for customers',
      examples: [{ insufficient_funds: 'funds' }],
    }),
  },
  { description: 'Words for states, errors and failures' },
);
