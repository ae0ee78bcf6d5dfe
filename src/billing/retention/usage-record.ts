import { hash } from 'node:crypto';
import type { Evidence } from '../../store/usage-evidence.ts';
import type { AggregateUsage, Measurements } from '../../store/usage-quantities.ts';
import { canonicalJson, type JsonValue } from '../canonical-json.ts';
import type { LineEvidence } from '../gather-evidence.ts';
import type { Contents } from '../recompute-contents.ts';
import { type MeasuredText, measuredFrom, measuredText } from './measured-text.ts';

/** What the raw events of an invoice made, which stands in their place once they are gone. */
export type UsageRecord = {
  invoiceId: string;
  usageCutAt: Date;
  /** What each price measured of each period. */
  measurements: Measurements;
  /** The count and the digest of the events of each line, by the line's name. */
  evidence: ReadonlyMap<string, LineEvidence>;
};

type EvidenceText = {
  events: string;
  withoutKey: string;
  late: string;
  corrected: string;
  firstAt: string | null;
  lastAt: string | null;
  digest: string;
};

type RecordText = {
  version: 1;
  invoiceId: string;
  usageCutAt: string;
  measured: { periodId: string; priceId: string; groups: MeasuredText[] }[];
  lines: { name: string; evidence: EvidenceText; contents: Contents; carries: boolean }[];
};

/** Canonical JSON (RFC 8785): the same record is the same text, whose hash can be worked out by anybody. */
export function recordText({ invoiceId, usageCutAt, measurements, evidence }: UsageRecord): string {
  const measured = [...measurements].flatMap(([periodId, ofPeriod]) =>
    [...ofPeriod].map(([priceId, groups]) => ({ periodId, priceId, groups: groups.map(measuredText) })),
  );
  const lines = [...evidence].map(([name, of]) => ({ name, ...of, evidence: evidenceText(of.evidence) }));
  const text: RecordText = {
    version: 1,
    invoiceId,
    usageCutAt: usageCutAt.toISOString(),
    measured: measured.sort((a, b) => compare(a.periodId + a.priceId, b.periodId + b.priceId)),
    lines: lines.sort((a, b) => compare(a.name, b.name)),
  };
  return canonicalJson(text as unknown as JsonValue);
}

/** Hex of SHA-256 of the text of a record. */
export const recordHash = (text: string): string => hash('sha256', text);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @throws Error if it is not the text of a record */
export function recordFrom(text: string): UsageRecord {
  const { version, invoiceId, usageCutAt, measured, lines } = JSON.parse(text) as RecordText;
  if (version !== 1) throw new Error(`A record of version ${version} cannot be read.`);
  const measurements: Measurements = new Map();
  for (const { periodId, priceId, groups } of measured) {
    const ofPeriod = measurements.get(periodId) ?? new Map();
    measurements.set(periodId, ofPeriod.set(priceId, groups.map(measuredFrom)));
  }
  return {
    invoiceId,
    usageCutAt: new Date(usageCutAt),
    measurements,
    evidence: new Map(lines.map(({ name, evidence, ...of }) => [name, { ...of, evidence: evidenceFrom(evidence) }])),
  };
}

function evidenceText({ events, withoutKey, late, corrected, firstAt, lastAt, digest }: Evidence): EvidenceText {
  return {
    events: String(events),
    withoutKey: String(withoutKey),
    late: String(late),
    corrected: String(corrected),
    firstAt: firstAt?.toISOString() ?? null,
    lastAt: lastAt?.toISOString() ?? null,
    digest,
  };
}

function evidenceFrom({ firstAt, lastAt, digest, ...counts }: EvidenceText): Evidence {
  const instant = (text: string | null) => (text === null ? null : new Date(text));
  return {
    events: BigInt(counts.events),
    withoutKey: BigInt(counts.withoutKey),
    late: BigInt(counts.late),
    corrected: BigInt(counts.corrected),
    firstAt: instant(firstAt),
    lastAt: instant(lastAt),
    digest,
  };
}

/** Quantities as they were recorded: what raw events would make, where those are gone. */
export const recordedUsage =
  ({ measurements }: UsageRecord): AggregateUsage =>
  async (_, windows, quantities) =>
    new Map(
      windows.map(({ id }) => {
        const ofPeriod = measurements.get(id);
        const read = quantities.flatMap((quantity) => {
          const groups = ofPeriod?.get(quantity.id);
          return groups === undefined ? [] : [[quantity.id, groups] as const];
        });
        return [id, new Map(read)] as const;
      }),
    );

/** The same quantities, and each of them kept in `measurements`. */
export const rememberingUsage =
  (aggregate: AggregateUsage, measurements: Measurements): AggregateUsage =>
  async (sql, windows, quantities) => {
    const read = await aggregate(sql, windows, quantities);
    for (const [periodId, measured] of read) {
      measurements.set(periodId, new Map([...(measurements.get(periodId) ?? []), ...measured]));
    }
    return read;
  };
