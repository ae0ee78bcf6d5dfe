import type { Client } from './index.ts';

type Said = { content?: Record<string, { examples?: Record<string, { value: unknown }> }> };

/** One operation of the API's own document, as far as it is shown to people. */
export type DocumentOperation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: { description?: string };
  }[];
  requestBody?: Said;
  responses: Record<string, Said>;
  'x-durabill-audience'?: string[];
  'x-durabill-scope'?: string;
};

export type ApiDocument = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, DocumentOperation>>;
};

/** The document that this client is generated from, as the server has it now. It describes itself nowhere. @throws ApiError */
export async function readDocument(client: Client, signal: AbortSignal): Promise<ApiDocument> {
  const read = client.GET as unknown as (path: string, options: object) => Promise<{ data?: unknown }>;
  return (await read('/openapi.json', { signal })).data as ApiDocument;
}
