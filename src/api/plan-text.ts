import type { FastifyRequest } from 'fastify';
import { type PlanFile, readPlans } from '../billing/read-plans.ts';
import { YamlFault, YamlText } from '../billing/yaml/yaml-text.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';
import { readText } from './json.ts';

export const yamlType = 'application/yaml';

/** It is read a hundred times slower than JSON, while nobody else is answered: this much takes up to a second or two. */
const maxBytes = 128 * 1_024;

/**
 * Reads a body as YAML, which is the form of the files in plans/.
 * @throws DurabillError media-type-unsupported, request-too-large, request-invalid
 */
export async function readYaml(request: FastifyRequest, body: Buffer): Promise<YamlText> {
  if (body.length > maxBytes) {
    throw new DurabillError('request-too-large', {
      field: 'body',
      reason: 'As YAML, this address takes 128 KiB.',
      mend: 'Send fewer plans at once, or the same content as JSON.',
    });
  }
  try {
    return new YamlText(readText(request, body, 'YAML'));
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const { message, mend, line } = error;
    throw new DurabillError('request-invalid', { field: 'body', reason: atLine(line, message), mend });
  }
}

/**
 * Does something with the plans of a body; a refusal of what was sent as YAML names the line.
 * @param body parsed JSON, or what `readYaml` has read
 * @throws DurabillError whatever the readers of plans and `use` throw
 */
export async function withPlans<T>(body: unknown, use: (file: PlanFile) => Promise<T>): Promise<T> {
  if (!(body instanceof YamlText)) return await use(readPlans(body, 'body'));
  try {
    return await use(readPlans(body.content, 'body'));
  } catch (error) {
    if (!isDurabillError(error) || error.field === undefined) throw error;
    const { code, field, message, mend } = error;
    throw new DurabillError(code, { field, reason: atLine(body.lineOf(field), message), mend, cause: error });
  }
}

const atLine = (line: number | undefined, reason: string) => (line === undefined ? reason : `Line ${line}: ${reason}`);
