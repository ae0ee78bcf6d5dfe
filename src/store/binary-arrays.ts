/**
 * One-dimensional arrays in PostgreSQL's binary form. As text every element is escaped here and parsed there; for the
 * seven columns of ingest that costs more than everything else that is done to an event.
 */
const oids = { bytea: 17, text: 25, timestamptz: 1184, uuid: 2950, jsonb: 3802 } as const;

/** Dimensions, no NULLs, type of the elements, their number, and the first index. */
const headerBytes = 20;
/** PostgreSQL counts microseconds from the year 2000. */
const postgresEpochMs = Date.UTC(2000, 0, 1);
const jsonbVersion = 1;

function arrayOf(type: keyof typeof oids, count: number, contentBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(headerBytes + 4 * count + contentBytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(oids[type], 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const longestBytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + 3 * text.length, 0);

export function textArray(texts: readonly string[]): Buffer {
  const buffer = arrayOf('text', texts.length, longestBytes(texts));
  let at = headerBytes;
  for (const text of texts) {
    const bytes = buffer.write(text, at + 4, 'utf8');
    buffer.writeInt32BE(bytes, at);
    at += 4 + bytes;
  }
  return buffer.subarray(0, at);
}

/** @param texts JSON each */
export function jsonbArray(texts: readonly string[]): Buffer {
  const buffer = arrayOf('jsonb', texts.length, texts.length + longestBytes(texts));
  let at = headerBytes;
  for (const text of texts) {
    const bytes = buffer.write(text, at + 5, 'utf8');
    buffer.writeInt32BE(bytes + 1, at);
    buffer[at + 4] = jsonbVersion;
    at += 5 + bytes;
  }
  return buffer.subarray(0, at);
}

export function timestamptzArray(instants: readonly Date[]): Buffer {
  const buffer = arrayOf('timestamptz', instants.length, 8 * instants.length);
  let at = headerBytes;
  for (const instant of instants) {
    buffer.writeInt32BE(8, at);
    const micros = (instant.getTime() - postgresEpochMs) * 1_000;
    buffer.writeInt32BE(Math.floor(micros / 2 ** 32), at + 4);
    buffer.writeUInt32BE(micros - Math.floor(micros / 2 ** 32) * 2 ** 32, at + 8);
    at += 12;
  }
  return buffer;
}

/** @param values bytes in hex */
export function byteaArray(values: readonly string[]): Buffer {
  const hexDigits = values.reduce((sum, value) => sum + value.length, 0);
  const buffer = arrayOf('bytea', values.length, hexDigits / 2);
  let at = headerBytes;
  for (const value of values) {
    const bytes = buffer.write(value, at + 4, 'hex');
    buffer.writeInt32BE(bytes, at);
    at += 4 + bytes;
  }
  return buffer;
}

export function uuidArray(ids: readonly string[]): Buffer {
  const buffer = arrayOf('uuid', ids.length, 16 * ids.length);
  let at = headerBytes;
  for (const id of ids) {
    buffer.writeInt32BE(16, at);
    buffer.write(id.replaceAll('-', ''), at + 4, 'hex');
    at += 20;
  }
  return buffer;
}
