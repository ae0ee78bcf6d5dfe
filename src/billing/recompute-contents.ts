import type { Sql } from '../store/database.ts';
import { countContents, readContents } from '../store/usage-contents.ts';
import type { EvidenceWindow } from '../store/usage-evidence.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EventProperties } from './event-properties.ts';
import { contentHash } from './usage-event.ts';

/** Events of a type in a period. */
export type TypeInWindow = { window: EvidenceWindow; eventType: string };

export type Contents = {
  eventType: string;
  /** Events that the invoice has read, and that have a key. */
  events: number;
  /** Of those, events whose content was hashed again. */
  compared: number;
  /** Of those, events that say something else than when they were taken in. */
  changed: number;
};

/**
 * Events of an invoice that are hashed again for one proof: two seconds' work on a busy machine, within an answer's 25 s. Of more a sample
 * of this size is taken at random, another one each time, so that nobody knows which events are not looked at.
 */
export const mostRecomputed = 25_000;

/**
 * Hashes the content of events again as it is stored now, and compares it with the hash under which each was taken in: by
 * the function that ingest uses, since only that writes the canonical JSON of the hash.
 * @param atMost events that are hashed, over all that was asked for
 * @returns what was found, by the places in `asked`
 */
export async function recomputeContents(
  sql: Sql,
  asked: readonly TypeInWindow[],
  atMost = mostRecomputed,
): Promise<Contents[]> {
  const counts: number[] = [];
  for (const { window, eventType } of asked) counts.push(await countContents(sql, window, eventType));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = total <= atMost ? 1 : atMost / total;
  const contents: Contents[] = [];
  for (const [index, { window, eventType }] of asked.entries()) {
    const found = await compareType(sql, { window, eventType }, share);
    contents.push({ eventType, events: counts[index] as number, ...found });
  }
  return contents;
}

async function compareType(sql: Sql, { window, eventType }: TypeInWindow, share: number) {
  let compared = 0;
  let changed = 0;
  for await (const page of readContents(sql, window, eventType, share)) {
    for (const { occurredAt, properties, contentHash: takenIn } of page) {
      const propertiesJson = canonicalJson(properties as EventProperties);
      const content = { type: eventType, occurredAtIso: occurredAt.toISOString(), propertiesJson };
      compared += 1;
      if (contentHash(content, window.customerId) !== takenIn) changed += 1;
    }
  }
  return { compared, changed };
}
