import assert from 'node:assert/strict';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { rateLimitPresets } from '../../src/stripe-simulator/rate-limits.ts';
import {
  clientOf,
  control,
  draftWith,
  openInvoice,
  refusalOf,
  type SdkError,
  setFaults,
  signatureOf,
  useSimulator,
} from './support.ts';

/**
 * Facts about Stripe's transport, one row each with its source: D = documentation (page named), S = read in the SDK, E =
 * measured with the SDK, I = a public issue. The tests of each part tell the stories; this table is to be read.
 */
type Row = [source: string, fact: string, check: () => Promise<void>];

describe('sourced facts of the wire', () => {
  const bench = useSimulator();
  const named = (name: string, idempotencyKey: string) => bench.stripe.customers.create({ name }, { idempotencyKey });
  const count = async () => (await bench.stripe.customers.list({ limit: 100 })).data.length;
  const isReplay = ({ lastResponse }: { lastResponse: { headers: Record<string, string> } }) =>
    lastResponse.headers['idempotent-replayed'] === 'true';
  const isReplayed = (error: SdkError) => error.headers?.['idempotent-replayed'] === 'true';
  const once = (fault: FaultRule) => setFaults(bench.simulator, { times: 1, ...fault });
  const refusedBy = async (fault: FaultRule) => {
    await once(fault);
    return refusalOf(named('A', 'k'));
  };
  const tell = (rows: Row[]) => {
    for (const [source, fact, check] of rows) it(`${fact} (${source})`, check);
  };

  describe('idempotency (2.1)', () => {
    tell([
      [
        'D api/idempotent_requests',
        'a key has up to 255 characters',
        async () => {
          await named('A', 'x'.repeat(255));
          assert.equal((await refusalOf(named('A', 'x'.repeat(256)))).statusCode, 400);
        },
      ],
      [
        'D api/idempotent_requests',
        'DELETE and GET do not look at keys',
        async () => {
          const { id } = await draftWith(bench.stripe);
          const options = { idempotencyKey: 'k' };
          await bench.stripe.invoices.del(id, {}, options);
          assert.equal((await refusalOf(bench.stripe.invoices.del(id, {}, options))).statusCode, 404);
          assert.equal(isReplay(await bench.stripe.customers.list({}, options)), false);
          assert.equal(isReplay(await named('A', 'k')), false);
        },
      ],
      [
        'D api/idempotent_requests',
        'a key is kept for 24 hours, after which the same key executes anew',
        async () => {
          const first = await named('A', 'k');
          const later = (advanceSeconds: number) => control(bench.simulator, 'POST', '/clock', { advanceSeconds });
          await later(86_300);
          assert.equal((await named('A', 'k')).id, first.id);
          await later(200);
          assert.notEqual((await named('A', 'k')).id, first.id);
        },
      ],
      [
        'D api/idempotent_requests',
        'what is stored is the first status and body, failures of the endpoint included',
        async () => {
          const { id } = await openInvoice(bench.stripe);
          const again = () => refusalOf(bench.stripe.invoices.finalizeInvoice(id, {}, { idempotencyKey: 'k' }));
          const [first, second] = [await again(), await again()];
          assert.deepEqual([isReplayed(first), isReplayed(second)], [false, true]);
          assert.equal(second.message, first.message);
        },
      ],
      [
        'D api/idempotent_requests',
        'a 500 is stored as well',
        async () => {
          await refusedBy({ kind: 'error-500-stored' });
          const second = await refusalOf(named('A', 'k'));
          assert.deepEqual([second.statusCode, isReplayed(second)], [500, true]);
        },
      ],
      [
        'D error-low-level',
        'refused parameters, a 401, a 429 and a conflict are not stored',
        async () => {
          await refusalOf(bench.stripe.customers.create({ name: 'A', email: 'no' }, { idempotencyKey: 'k' }));
          for (const kind of ['401', '429', '409-key-in-use'] as const) await refusedBy({ kind });
          assert.equal(isReplay(await named('A', 'k')), false);
        },
      ],
      [
        'D error-low-level, E',
        'a replay says so in Idempotent-Replayed and names the original request',
        async () => {
          const first = await named('A', 'k');
          const second = await named('A', 'k');
          assert.equal(isReplay(second), true);
          assert.equal(second.lastResponse.headers['original-request'], first.lastResponse.requestId);
        },
      ],
      [
        'D api/errors, E',
        'the same key with other parameters or another endpoint is a 400 idempotency_error',
        async () => {
          await named('A', 'k');
          const mismatch = { type: 'idempotency_error', code: undefined, param: undefined, status: 400 };
          assert.deepEqual(signatureOf(await refusalOf(named('B', 'k'))), mismatch);
          const { customers } = bench.stripe;
          const { id } = await customers.create();
          const elsewhere = customers.update(id, { name: 'A' }, { idempotencyKey: 'k' });
          assert.deepEqual(signatureOf(await refusalOf(elsewhere)), mismatch);
        },
      ],
      [
        'I stripity-stripe#564, E',
        'the same key while the first is under way is a 409 idempotency_key_in_use',
        async () => {
          await once({ kind: 'slow', delayMs: 300 });
          const first = named('A', 'k');
          while (
            (await control<{ rules: { matched: number }[] }>(bench.simulator, 'GET', '/faults')).rules[0]?.matched === 0
          );
          const second = await refusalOf(named('A', 'k'));
          assert.deepEqual(
            [second.statusCode, second.code, second.type],
            [409, 'idempotency_key_in_use', 'StripeAPIError'],
          );
          await first;
        },
      ],
      [
        'D error-low-level',
        'behind a 500 the write may have happened, and the replay says that retrying is pointless',
        async () => {
          await refusedBy({ kind: 'error-500-stored' });
          assert.equal(await count(), 1);
          assert.equal((await refusalOf(named('A', 'k'))).headers?.['stripe-should-retry'], 'false');
          assert.equal(await count(), 1);
        },
      ],
    ]);
  });

  describe('rate limits (3)', () => {
    tell([
      [
        'D rate-limits',
        'live takes 100 a second, a sandbox 25, and each operation 25',
        async () => {
          const { live, sandbox } = rateLimitPresets;
          assert.deepEqual([live.globalPerSecond, sandbox.globalPerSecond], [100, 25]);
          assert.deepEqual([live.endpointPerSecond, sandbox.endpointPerSecond], [25, 25]);
        },
      ],
      [
        'D search',
        'searches take 20 a second in both',
        async () => {
          const { live, sandbox } = rateLimitPresets;
          assert.deepEqual([live.searchPerSecond, sandbox.searchPerSecond], [20, 20]);
        },
      ],
      [
        'D rate-limits',
        'the limiter is named in Stripe-Rate-Limited-Reason',
        async () => {
          const reasons = ['global-rate', 'endpoint-rate', 'global-concurrency', 'endpoint-concurrency'] as const;
          for (const reason of [...reasons, 'resource-specific' as const]) {
            const refusal = await refusedBy({ kind: '429', reason });
            assert.equal(refusal.headers?.['stripe-rate-limited-reason'], reason);
          }
        },
      ],
      [
        'D rate-limits, I dj-stripe#1917',
        'a 429 without a limiter is a lock, of type invalid_request_error',
        async () => {
          const refusal = await refusedBy({ kind: 'lock-timeout' });
          assert.equal(refusal.headers?.['stripe-rate-limited-reason'], undefined);
          assert.deepEqual([refusal.rawType, refusal.code], ['invalid_request_error', 'lock_timeout']);
        },
      ],
      [
        'S',
        'no Retry-After comes by itself',
        async () => {
          const refusal = await refusedBy({ kind: '429' });
          assert.equal(refusal.headers?.['retry-after'], undefined);
        },
      ],
    ]);
  });

  describe('errors (4)', () => {
    const classes: [source: string, fault: FaultRule['kind'], type: string, status: number | undefined][] = [
      ['D api/errors, E', '401', 'StripeAuthenticationError', 401],
      ['D api/errors, E', '403', 'StripePermissionError', 403],
      ['E', '409-key-in-use', 'StripeAPIError', 409],
      ['E', '429', 'StripeRateLimitError', 429],
      ['E', 'error-500-not-executed', 'StripeAPIError', 500],
      ['E', '502-html', 'StripeAPIError', undefined],
      ['E', '503', 'StripeAPIError', 503],
      ['E', 'commit-then-truncate', 'StripeConnectionError', undefined],
      ['E', 'commit-then-reset', 'StripeConnectionError', undefined],
      ['E', 'reset-before-commit', 'StripeConnectionError', undefined],
    ];
    tell([
      ...classes.map(
        ([source, kind, type, status]): Row => [
          source,
          `${kind} reaches the client as ${type}, status ${status}`,
          async () => {
            // The SDK sends a reset request once more, even without retries.
            const refusal = await refusedBy({ kind, times: 2 });
            assert.deepEqual([refusal.type, refusal.statusCode], [type, status]);
          },
        ],
      ),
      [
        'D api/errors',
        'an unknown key is a 401 of type invalid_request_error',
        async () => {
          const refusal = await refusalOf(clientOf(bench.simulator, 'sk_test_other').customers.list());
          assert.deepEqual([refusal.statusCode, refusal.rawType], [401, 'invalid_request_error']);
        },
      ],
      [
        'D error-codes',
        'what is missing, unknown, empty or no number names its parameter, in brackets at depth',
        async () => {
          const { customers, invoices } = bench.stripe;
          const unknown = await refusalOf(customers.create({ shipping: { names: 'x' } as never }));
          assert.deepEqual([unknown.code, unknown.param], ['parameter_unknown', 'shipping[names]']);
          const missing = await refusalOf(invoices.addLines('in_x', {} as never));
          assert.deepEqual([missing.code, missing.param], ['parameter_missing', 'lines']);
          const empty = await refusalOf(invoices.create({ customer: '' }));
          assert.deepEqual([empty.code, empty.param], ['parameter_invalid_empty', 'customer']);
          const text = await refusalOf(customers.list({ limit: 'many' as never }));
          assert.deepEqual([text.code, text.param], ['parameter_invalid_integer', 'limit']);
        },
      ],
      [
        'D error-codes',
        'an address that is none is email_invalid',
        async () => {
          const refusal = await refusalOf(bench.stripe.customers.create({ email: 'no' }));
          assert.deepEqual([refusal.code, refusal.param], ['email_invalid', 'email']);
        },
      ],
      [
        'D api/errors',
        'every error carries a Request-Id and, with a code, the page that explains it',
        async () => {
          const refusal = await refusalOf(bench.stripe.invoices.retrieve('in_x'));
          assert.match(refusal.requestId ?? '', /^req_/);
          assert.match(refusal.doc_url ?? '', /resource-missing/);
        },
      ],
    ]);
  });
});
