import assert from 'node:assert/strict';
import Stripe from 'stripe';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/stripe-simulator/index.ts';
import type { JournalEntry, RequestEntry } from '../../src/stripe-simulator/journal.ts';

/** A running simulator and the official SDK pointed at it. */
export interface Bench {
  simulator: Simulator;
  stripe: Stripe;
}

/** The client as Durabill makes it: no retries of its own, no telemetry. */
export function clientOf(simulator: Simulator, key = simulator.key, timeoutMs = 80_000): Stripe {
  return new Stripe(key, {
    host: simulator.host,
    port: simulator.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
  });
}

/** Starts a fresh simulator before each test of the suite and stops it after; the bench is filled in place. */
export function useSimulator(options: SimulatorOptions = {}): Bench {
  const bench = {} as Bench;
  beforeEach(async () => {
    bench.simulator = await startSimulator(options);
    bench.stripe = clientOf(bench.simulator);
  });
  afterEach(() => bench.simulator.stop());
  return bench;
}

export async function control<T>(simulator: Simulator, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${simulator.url}/_control${path}`, {
    method,
    // A pooled connection would outlive the simulator and fail the first call after a restart on the same port.
    headers: { connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer as T;
}

export function setFaults(simulator: Simulator, ...rules: FaultRule[]): Promise<unknown> {
  return control(simulator, 'POST', '/faults', rules);
}

export async function journalOf(simulator: Simulator, query = ''): Promise<RequestEntry[]> {
  const { entries } = await control<{ entries: JournalEntry[] }>(simulator, 'GET', `/journal${query}`);
  return entries.filter((entry) => entry.kind === 'request');
}

export type SdkError = InstanceType<typeof Stripe.errors.StripeError>;

/** The error that a call is refused with; fails when the call succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<SdkError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Stripe.errors.StripeError, String(error));
    return error;
  }
  assert.fail('the call was expected to be refused');
}

/** type, code, param and status of a refusal: what a client can decide by. */
export function signatureOf(error: SdkError) {
  const { rawType, code, param, statusCode } = error;
  return { type: rawType, code, param, status: statusCode };
}

export async function draftWith(stripe: Stripe, lines: Stripe.InvoiceAddLinesParams.Line[] = [{ amount: 1000 }]) {
  const customer = await stripe.customers.create({ name: 'Blue Heron Air' });
  const draft = await stripe.invoices.create({ customer: customer.id, currency: 'usd' });
  return lines.length === 0 ? draft : stripe.invoices.addLines(draft.id, { lines });
}

export async function openInvoice(stripe: Stripe, lines?: Stripe.InvoiceAddLinesParams.Line[]) {
  const draft = await draftWith(stripe, lines);
  return stripe.invoices.finalizeInvoice(draft.id);
}
