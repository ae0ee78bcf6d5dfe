import { type Event, makeLaterEvent } from './business.ts';
import type { Context } from './context.ts';
import { pause } from './patience.ts';
import { type Random, randomOf } from './random.ts';

const batchSize = 25;
const batchesAtOnce = 4;
/** Of the batches, so many are sent to both APIs at the same time. */
const twiceShare = 0.2;
const laterEveryMs = 400;

type BatchAnswer = { counts: { accepted: number; duplicate: number; conflict: number; rejected: number } };

/** Sends events in shuffled batches through both APIs until each is acknowledged, some of them twice at once. */
export async function sendEvents(context: Context, random: Random, events: readonly Event[]): Promise<void> {
  const shuffled = random.shuffled(events);
  const batches = Array.from({ length: Math.ceil(shuffled.length / batchSize) }, (_, index) =>
    shuffled.slice(index * batchSize, (index + 1) * batchSize),
  );
  const sendNext = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      await sendBatch(context, batch, random.next() < twiceShare);
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, sendNext));
}

async function sendBatch({ api, sent }: Context, batch: readonly Event[], twice: boolean): Promise<void> {
  for (const event of batch) sent.events.set(event.id, { event, acknowledged: false });
  const send = async (index: number) => {
    const { counts } = await api.postVia<BatchAnswer>(index, '/v1/events/batch', { events: batch });
    if (counts.accepted + counts.duplicate !== batch.length) {
      sent.surprises.push(`a batch of ${batch.length} events was answered ${JSON.stringify(counts)}`);
      return;
    }
    for (const { id } of batch) sent.events.get(id)!.acknowledged = true;
  };
  const first = sent.events.size % 2;
  await Promise.all([send(first), ...(twice ? [send(first + 1)] : [])]);
}

/** Usage of the next month all along, so that the APIs always have something in their hands. */
export async function trickle(context: Context, until: AbortSignal): Promise<void> {
  const random = randomOf(context.seed, 'later events');
  for (let number = 1; !until.aborted; number += 1) {
    await pause(laterEveryMs, until);
    const known = [...context.sent.customers.values()].filter(({ acknowledged }) => acknowledged);
    if (known.length === 0) continue;
    const batch = Array.from({ length: random.whole(1, 8) }, (_, index) =>
      makeLaterEvent(random, random.pick(known).customer.externalId, number * 100 + index),
    );
    await sendBatch(context, batch, random.next() < twiceShare);
  }
}
