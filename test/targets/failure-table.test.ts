import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import Stripe from 'stripe';
import type { FailureKind } from '../../src/targets/failure-kind.ts';
import { type FailureKindName, failureKinds } from '../../src/targets/failures.ts';
import { translateStripeError } from '../../src/targets/stripe/errors.ts';
import { kindByCode, kindByDeclineCode, listedCodes } from '../../src/targets/stripe/failure-codes.ts';

const { errors } = Stripe;
const kinds = Object.entries(failureKinds) as [FailureKindName, FailureKind][];

/** The union of codes as the SDK's typings have it; it stands there once for each object that may carry an error. */
async function codesOfTheSdk(): Promise<string[]> {
  const file = new URL('../../node_modules/stripe/esm/resources/Invoices.d.ts', import.meta.url);
  const text = await readFile(file, 'utf8');
  const union = /type Code = ('[^;]*'account_closed'|'account_closed')[^;]*;/.exec(text)?.[0] ?? '';
  return [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code!);
}

const stripeError = (Type: new (raw: never) => InstanceType<typeof errors.StripeError>, raw: Record<string, unknown>) =>
  new Type({ message: 'words of Stripe about jane@example.com', requestId: 'req_1', ...raw } as never);

describe('the failure table', () => {
  it('has every code of the SDK once, and none that the SDK does not have', async () => {
    const codes = await codesOfTheSdk();
    assert.ok(codes.length > 190, `${codes.length} codes were read`);
    assert.deepEqual([...listedCodes].sort(), [...new Set(codes)].sort());
    assert.equal(new Set(listedCodes).size, listedCodes.length, 'no code stands there twice');
  });

  it('tells engineer, operator and customer in whole sentences', () => {
    for (const [name, { engineer, operator, customer }] of kinds) {
      for (const sentence of [engineer, operator, ...Object.values(customer)]) {
        assert.match(sentence, /^[A-Z].*\.$/, name);
      }
      const said = Object.values(customer).join(' ');
      assert.doesNotMatch(said, /Stripe|key|code|target/, `${name} speaks of our machinery to a customer`);
    }
  });

  it('never tells a customer that a card was lost, stolen or taken for fraud', () => {
    const quiet = failureKinds['declined-quietly'].customer;
    assert.equal(quiet, failureKinds.declined.customer);
    for (const code of ['fraudulent', 'lost_card', 'stolen_card', 'pickup_card']) {
      assert.equal(kindByDeclineCode.get(code), 'declined-quietly');
    }
  });

  // Class, status, code and param as Stripe sends them, and what has to become of it.
  const answers: [string, InstanceType<typeof errors.StripeError>, FailureKindName, 'retry' | 'look' | 'person'][] = [
    ['a lost connection', stripeError(errors.StripeConnectionError, {}), 'connection', 'retry'],
    ['a 500', stripeError(errors.StripeAPIError, { statusCode: 500 }), 'server-error', 'look'],
    [
      'a 500 with a code',
      stripeError(errors.StripeAPIError, { statusCode: 500, code: 'resource_missing' }),
      'server-error',
      'look',
    ],
    ['a 424', stripeError(errors.StripeAPIError, { statusCode: 424 }), 'dependency', 'look'],
    ['a page of a gateway', stripeError(errors.StripeAPIError, {}), 'gateway', 'retry'],
    ['a limiter', stripeError(errors.StripeRateLimitError, { statusCode: 429 }), 'rate-limit', 'retry'],
    ['a lock', stripeError(errors.StripeRateLimitError, { statusCode: 429, code: 'lock_timeout' }), 'locked', 'retry'],
    [
      'a key in use',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 409, code: 'idempotency_key_in_use' }),
      'key-in-use',
      'retry',
    ],
    ['a 409 without a code', stripeError(errors.StripeInvalidRequestError, { statusCode: 409 }), 'key-in-use', 'retry'],
    [
      'a key with another body',
      stripeError(errors.StripeIdempotencyError, { statusCode: 400 }),
      'key-mismatch',
      'person',
    ],
    ['a wrong key', stripeError(errors.StripeAuthenticationError, { statusCode: 401 }), 'authentication', 'person'],
    ['a missing right', stripeError(errors.StripePermissionError, { statusCode: 403 }), 'permission', 'person'],
    [
      'the other mode',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 404, code: 'livemode_mismatch' }),
      'other-mode',
      'person',
    ],
    [
      'a missing object',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 404, code: 'resource_missing' }),
      'missing',
      'person',
    ],
    ['a 404 without a code', stripeError(errors.StripeInvalidRequestError, { statusCode: 404 }), 'missing', 'person'],
    [
      'a bad e-mail',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 400, code: 'email_invalid', param: 'email' }),
      'contact-data',
      'person',
    ],
    [
      'a parameter without a code',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 400, param: 'lines[0][amount]' }),
      'bad-data',
      'person',
    ],
    [
      'a due date that is over',
      stripeError(errors.StripeInvalidRequestError, {
        statusCode: 400,
        param: 'due_date',
        code: 'parameter_invalid_integer',
      }),
      'due-date-passed',
      'look',
    ],
    ['a wrong state', stripeError(errors.StripeInvalidRequestError, { statusCode: 400 }), 'wrong-state', 'look'],
    [
      'an invoice that is final',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 400, code: 'invoice_not_editable' }),
      'wrong-state',
      'look',
    ],
    [
      'a declined card',
      stripeError(errors.StripeCardError, { statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' }),
      'declined',
      'person',
    ],
    [
      'a stolen card',
      stripeError(errors.StripeCardError, { statusCode: 402, code: 'card_declined', decline_code: 'stolen_card' }),
      'declined-quietly',
      'person',
    ],
    [
      'no funds',
      stripeError(errors.StripeCardError, {
        statusCode: 402,
        code: 'card_declined',
        decline_code: 'insufficient_funds',
      }),
      'funds',
      'person',
    ],
    [
      'a bank that asks',
      stripeError(errors.StripeCardError, { statusCode: 402, code: 'authentication_required' }),
      'action-required',
      'person',
    ],
    [
      'a code of tomorrow',
      stripeError(errors.StripeInvalidRequestError, { statusCode: 400, code: 'invented_tomorrow' }),
      'unknown',
      'retry',
    ],
  ];
  for (const [what, error, kind, action] of answers) {
    it(`takes ${what} for ${kind}: ${action}`, () => {
      const failure = translateStripeError(error);
      assert.deepEqual([failure.action, failure.mend], [action, failureKinds[kind].operator]);
      assert.ok(failure.message.startsWith(failureKinds[kind].engineer), failure.message);
      assert.doesNotMatch(failure.message, /jane/, 'Stripe’s words may name a person');
      assert.match(failure.remoteMessage ?? '', /jane/);
      assert.equal(failure.isOutage, ['connection', 'server-error', 'gateway', 'dependency'].includes(kind));
    });
  }

  it('alerts on what it does not know, and waits before it tries again', () => {
    const error = stripeError(errors.StripeInvalidRequestError, { statusCode: 400, code: 'invented_tomorrow' });
    const { needsAlert, code, retryAfterMs } = translateStripeError(error);
    assert.deepEqual([needsAlert, code, retryAfterMs], [true, 'invented_tomorrow', 30_000]);
  });

  it('keeps the longer of Stripe’s pause and ours', () => {
    const limited = (seconds: string) =>
      translateStripeError(
        stripeError(errors.StripeRateLimitError, { statusCode: 429, headers: { 'retry-after': seconds } }),
      );
    assert.equal(limited('1').retryAfterMs, 2_000);
    assert.equal(limited('9').retryAfterMs, 9_000);
  });

  it('leaves a refusal to a person when two looks have not explained it, and an error of Stripe’s own never', () => {
    const refused = stripeError(errors.StripeInvalidRequestError, { statusCode: 400 });
    assert.deepEqual(
      [0, 1, 2].map((looks) => translateStripeError(refused, looks).action),
      ['look', 'look', 'person'],
    );
    const broken = stripeError(errors.StripeAPIError, { statusCode: 500 });
    assert.equal(translateStripeError(broken, 9).action, 'look');
  });

  it('sorts every class of the SDK’s errors', () => {
    for (const [name, value] of Object.entries(errors)) {
      if (typeof value !== 'function' || !(value.prototype instanceof errors.StripeError)) continue;
      const failure = translateStripeError(stripeError(value as never, { statusCode: 400 }));
      assert.ok(['retry', 'look', 'person'].includes(failure.action), name);
    }
    assert.equal(kindByCode.size, listedCodes.length);
  });
});
