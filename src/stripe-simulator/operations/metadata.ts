import { invalid } from '../errors.ts';
import type { Metadata } from '../objects/records.ts';
import { metadataLimits } from '../parameters.ts';
import type { MetadataChange } from '../schema.ts';

/** Stripe's merge: named keys are set, an empty value removes its key, null (an empty `metadata`) removes all. */
export function mergeMetadata(
  current: Metadata,
  change: MetadataChange | undefined,
  param = 'metadata',
): Record<string, string> {
  if (change === undefined) return { ...current };
  if (change === null) return {};
  const merged = Object.entries({ ...current, ...change }).filter(([, value]) => value !== '');
  if (merged.length > metadataLimits.keys) {
    throw invalid(`You may have up to ${metadataLimits.keys} metadata keys.`, param);
  }
  return Object.fromEntries(merged);
}
