import { DurabillError } from '../errors/error.ts';

export type Priority = 'normal' | 'high';

/** "This issued invoice is to be brought to its target." It carries ids only, never money or personal data. */
export type InvoiceDue = {
  readonly version: 1;
  /** The invoice's UUID, lower case, as PostgreSQL prints it. */
  readonly invoiceId: string;
  readonly priority: Priority;
};

/** The AMQP `type` property, so that a person looking at a queue sees what lies there. */
export const invoiceDueType = 'durabill.invoice-due';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const fieldNames = ['version', 'invoiceId', 'priority'];
/** A message has about 90 bytes; whatever is far larger is not ours, and is not worth parsing. */
const maxBytes = 1_024;

export type Parsed = { ok: true; message: InvoiceDue } | { ok: false; reason: string };

/**
 * The bytes of a message.
 * @throws DurabillError `message-invalid`, when the value is not an InvoiceDue: better refused here than at each reader.
 */
export function encodeInvoiceDue(message: InvoiceDue): Buffer {
  const fault = faultOf(message);
  if (fault !== null) throw new DurabillError('message-invalid', { reason: fault });
  const { version, invoiceId, priority } = message;
  return Buffer.from(JSON.stringify({ version, invoiceId, priority }));
}

/** Reads a message strictly. It never throws: what cannot be read is described, so that a person can judge it. */
export function parseInvoiceDue(content: Buffer): Parsed {
  if (content.length > maxBytes) {
    return { ok: false, reason: `The message has ${content.length} bytes; at most ${maxBytes} are expected.` };
  }
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: `The message is not JSON: ${(error as Error).message}.` };
  }
  const fault = faultOf(value);
  return fault === null ? { ok: true, message: value as InvoiceDue } : { ok: false, reason: fault };
}

function faultOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'The message is not a JSON object.';
  const { version, invoiceId, priority } = value as Record<string, unknown>;
  // The version goes first: the fields of another version are not ours to judge.
  if (version !== 1) return `The version is ${show(version)}; this program knows version 1.`;
  if (typeof invoiceId !== 'string' || !uuid.test(invoiceId)) {
    return `The invoiceId is ${show(invoiceId)}; a lower-case UUID is expected.`;
  }
  if (priority !== 'normal' && priority !== 'high') {
    return `The priority is ${show(priority)}; "normal" or "high" is expected.`;
  }
  const stranger = Object.keys(value).find((name) => !fieldNames.includes(name));
  return stranger === undefined ? null : `The field ${show(stranger)} is not part of version 1.`;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
