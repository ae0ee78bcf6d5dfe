import type { ChannelModel } from 'amqplib';

export type DeafnessOptions = {
  queue: string;
  /** How often an idle consumer is looked at. */
  checkEveryMs: number;
  /** Messages delivered so far, or null while the consumer is busy and so surely hears. */
  deliveredWhenIdle(): number | null;
  onDeaf(): void;
};

/**
 * Finds a consumer that the broker has forgotten. When a quorum queue is deleted and declared again at once, RabbitMQ
 * 3.10 may neither cancel its consumers nor deliver to them, and goes on counting them. A consumer that is idle at two
 * looks, has got nothing in between, and whose queue has messages ready at both, is deaf. Answers the function that
 * ends the watch.
 */
export function watchForDeafness(model: ChannelModel, options: DeafnessOptions): () => void {
  const { queue, checkEveryMs, deliveredWhenIdle, onDeaf } = options;
  let suspectedAt: number | null = null;
  let over = false;
  let timer = setTimeout(look, checkEveryMs);

  async function look(): Promise<void> {
    const delivered = deliveredWhenIdle();
    const isWaitedFor = delivered !== null && (await hasReadyMessages(model, queue));
    if (over) return;
    if (isWaitedFor && delivered === suspectedAt && deliveredWhenIdle() === delivered) {
      onDeaf();
      return;
    }
    suspectedAt = isWaitedFor ? delivered : null;
    timer = setTimeout(look, checkEveryMs);
  }

  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** True as well when the queue is gone, since nothing will come from it until it is declared again. */
async function hasReadyMessages(model: ChannelModel, queue: string): Promise<boolean> {
  try {
    const channel = await model.createChannel();
    // The call below rejects with the same reason; without a listener the event would end the process.
    channel.on('error', () => undefined);
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount > 0;
  } catch {
    return true;
  }
}
