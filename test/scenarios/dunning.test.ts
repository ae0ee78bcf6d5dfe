import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { resendMail } from '../../src/billing/decide-mail.ts';
import { getDunning, pauseDunning, resumeDunning } from '../../src/billing/pause-dunning.ts';
import { setDunning } from '../../src/billing/set-dunning.ts';
import type { KeptMail } from '../../src/mail-catcher/inbox.ts';
import type { RunningChild } from '../../src/stack/index.ts';
import { listMessages } from '../../src/store/message-views.ts';
import { giveUpClaims, type MessageState } from '../../src/store/messages.ts';
import { startRun } from '../../src/temporal/start-run.ts';
import { advanceClockId, scheduleIds } from '../../workflows/contract/ids.ts';
import { mailsTold, pay, stepsOf, stepsTold } from '../billing/dunning-support.ts';
import { until } from '../broker/support.ts';
import { clientOf } from '../stripe-simulator/support.ts';
import { getStack } from '../support/stack.ts';
import { openWorld, type World } from '../support/world.ts';
import { openSmallBusiness } from './support/small-business.ts';

const limitMs = 60_000;
const because = { reason: 'The customer has asked for a new bill.' };

/**
 * Three customers in New York owe the base fee of 20.00 USD for February 2013: invoiced on 1 March, issued on 2 March,
 * and to be paid within five days, by 7 March. The clocks there go forward on 10 March, so that 09:00 is 14:00 UTC until
 * the 9th and 13:00 UTC from the 10th on. Anna never pays. Bruno pays after the first reminder. Clara's is paused for a
 * while. Everything is as in production: worker and bridge are processes, mails go by SMTP to a real server.
 */
describe('Dunning over a month, across the change of clocks', function () {
  this.timeout(240_000);
  let world: World;
  let clockId: string;
  let worker: RunningChild;
  const suffix = randomUUID().slice(0, 8);
  const names = ['anna', 'bruno', 'clara'] as const;
  const addressOf = (name: string) => `${name}-${suffix}@heron.example`;
  const invoices: Record<string, { id: string; remoteId: string }> = {};

  before(async () => {
    world = await openWorld();
    const { database } = world;
    ({ clockId } = await openSmallBusiness(database, { clock: 'spring', numberPrefix: 'SPRING', customers: [] }));
    for (const name of names) {
      const subscription = { plan: 'metered', startsAt: '2013-02-01T05:00:00Z' };
      const input = {
        externalId: name,
        name,
        email: addressOf(name),
        currency: 'USD',
        zone: 'America/New_York',
        clock: 'spring',
      };
      await createCustomer(database, { ...input, subscription }, 'test');
    }
    await database.query('UPDATE customers SET payment_terms_days = 5');
    const steps = stepsOf('2 remind, 3 remind, 11 final_notice, 12 mark_uncollectible');
    const notices = ['invoice-sent', 'payment-received'] as const;
    await setDunning(database, { policies: [{ key: 'default', steps }], notices }, 'test');
    [worker] = await Promise.all([world.start('worker'), world.start('bridge')]);
    await advanceTo('2013-03-10T00:00:00Z');
    for (const name of names) invoices[name] = await invoiceOf(name);
  });
  after(() => world?.close());

  async function advanceTo(to: string): Promise<void> {
    await startRun(world.temporal.client, { kind: 'advance', clockId, at: new Date(to) });
    await world.temporal.client.workflow.getHandle(advanceClockId(clockId)).result();
  }

  async function invoiceOf(name: string): Promise<{ id: string; remoteId: string }> {
    const { rows } = await world.database.query<{ id: string; remoteId: string }>(
      `SELECT i.id, m.remote_id AS "remoteId" FROM invoices i JOIN customers c ON c.id = i.customer_id
       JOIN invoice_mappings m ON m.invoice_id = i.id WHERE c.external_id = $1 ORDER BY i.period_start_at`,
      [name],
    );
    return rows[0]!;
  }

  const mailsTo = async (name: string) => {
    const answer = await fetch(`${getStack().mailUiUrl}/api/messages?to=${addressOf(name)}`);
    return ((await answer.json()) as KeptMail[]).reverse();
  };
  /** The subjects of all mails that have come in for a customer, as soon as there are so many, without the number. */
  async function subjectsTo(name: string, count: number): Promise<string[]> {
    await until(async () => (await mailsTo(name)).length >= count, `${name} has ${count} mails`, limitMs);
    return (await mailsTo(name)).map(({ subject }) => subject.replace(/SPRING-\d+/, 'N'));
  }

  const sent = 'Invoice N from Blue Heron Air';
  const [first, second] = ['Reminder: invoice N is not paid yet', 'Reminder 2: invoice N is not paid yet'];

  it('brings each customer the invoice and, two days after the due day at 09:00, the first reminder', async () => {
    for (const name of names) {
      const { id } = invoices[name]!;
      assert.deepEqual(await subjectsTo(name, 2), [sent, first]);
      assert.deepEqual((await stepsTold(world.database, id)).slice(0, 2), [
        '1 remind done 2013-03-09T14:00Z',
        '2 remind planned 2013-03-10T13:00Z',
      ]);
      const [, reminder] = await mailsTo(name);
      assert.match(
        reminder!.text,
        /\$20\.00 of your invoice SPRING-\d+ is still open\. It was to be paid by March 7, 2013\./,
      );
      assert.ok(reminder!.text.includes(`${world.simulator.url}/`), 'with the page on which it can be paid');
    }
  });

  it('stops for who pays, waits for who is paused, and goes on with the rest at 09:00 of the changed clocks', async () => {
    const { database, temporal, simulator } = world;
    const [anna, bruno, clara] = names.map((name) => invoices[name]!);
    await clientOf(simulator).invoices.pay(bruno!.remoteId, { payment_method: 'pm_card_visa' });
    await temporal.client.schedule.getHandle(scheduleIds.stripeEventSweep).trigger();
    const isPaid = async () =>
      (await database.query(`SELECT FROM invoice_states WHERE invoice_id = $1 AND payment = 'paid'`, [bruno!.id]))
        .rowCount === 1;
    await until(isPaid, 'the payment is known', limitMs);
    await pauseDunning(database, clara!.id, because, 'test');

    await advanceTo('2013-03-19T00:00:00Z');
    assert.deepEqual(await subjectsTo('anna', 4), [sent, first, second, 'Final notice: invoice N']);
    assert.deepEqual(await subjectsTo('bruno', 3), [sent, first, 'Thank you for paying invoice N']);
    assert.deepEqual(await subjectsTo('clara', 2), [sent, first]);
    assert.deepEqual(await stepsTold(database, anna!.id), [
      '1 remind done 2013-03-09T14:00Z',
      '2 remind done 2013-03-10T13:00Z',
      '3 final_notice done 2013-03-18T13:00Z',
      '4 mark_uncollectible planned 2013-03-19T13:00Z',
    ]);
    assert.deepEqual((await stepsTold(database, bruno!.id)).slice(1), [
      '2 remind skipped 2013-03-10T13:00Z (paid)',
      '3 final_notice skipped 2013-03-10T13:00Z (paid)',
      '4 mark_uncollectible skipped 2013-03-10T13:00Z (paid)',
    ]);
    assert.equal((await getDunning(database, bruno!.id)).state, 'ended');
  });

  it('says once what a pause has held back, and gives up at the end', async () => {
    const { database } = world;
    await resumeDunning(database, invoices['clara']!.id, because, 'test');
    await advanceTo('2013-03-20T00:00:00Z');
    assert.deepEqual(await subjectsTo('clara', 3), [sent, first, 'Final notice: invoice N']);
    assert.deepEqual((await stepsTold(database, invoices['clara']!.id)).slice(1), [
      '2 remind skipped 2013-03-19T00:00Z (step 3 is due too)',
      '3 final_notice done 2013-03-19T00:00Z',
      '4 mark_uncollectible done 2013-03-19T13:00Z',
    ]);
    for (const name of ['anna', 'clara']) {
      const { id, remoteId } = invoices[name]!;
      assert.equal((await getDunning(database, id)).state, 'ended');
      assert.equal(
        (await clientOf(world.simulator).invoices.retrieve(remoteId)).status,
        'uncollectible',
        'at Stripe too',
      );
    }
    const allSent = async (name: string) =>
      (await mailsTold(database, invoices[name]!.id)).every((mail) => / sent$/.test(mail));
    for (const name of names) await until(() => allSent(name), `all mails to ${name} are sent`, limitMs);
  });

  it('sends nothing twice when the worker is killed between the sending and its record: a person decides', async () => {
    const { database, env } = world;
    await worker.stop();
    // Both pay after all, by a transfer that somebody has seen.
    const late = ['anna', 'clara'] as const;
    for (const name of late) await pay(database, invoices[name]!.id);
    env['DURABILL_CRASH_AT'] = 'mail.answered';
    const doomed = await world.start('worker');
    delete env['DURABILL_CRASH_AT'];
    assert.deepEqual(await doomed.exited, { code: null, signal: 'SIGKILL' });
    await world.start('worker');

    const inState = (...states: MessageState[]) =>
      Promise.all(states.map((state) => listMessages(database, { state }, { after: undefined, limit: 10 })));
    const countOf = async (...states: MessageState[]) => (await inState(...states)).flat().length;
    await until(async () => (await countOf('pending')) === 0, 'what was not under way is sent', limitMs);
    const [caught = []] = await inState('sending');
    assert.ok(caught.length >= 1, 'what was under way is not taken for sent, nor sent again');
    assert.equal(await giveUpClaims(database, 0), caught.length);
    assert.equal(await countOf('unknown'), caught.length);
    const thanksTo = async (name: string) =>
      (await mailsTo(name)).filter(({ subject }) => subject.startsWith('Thank you'));
    for (const name of late) assert.ok((await thanksTo(name)).length <= 1, `${name} has it once at most`);

    for (const { id } of caught) await resendMail(database, id, { reason: 'Its log does not have it.' }, 'test');
    await until(async () => (await countOf('unknown', 'pending', 'sending')) === 0, 'all are sent', limitMs);
    for (const name of late) {
      const ids = (await thanksTo(name)).map(({ messageId }) => messageId);
      assert.ok(ids.length >= 1, `${name} has it`);
      assert.equal(new Set(ids).size, 1, 'a mail that is sent again has the id that it had');
    }
  });
});
