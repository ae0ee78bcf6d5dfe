import type { ApiDocument, DocumentOperation } from '../../../client/document.ts';

export type Operation = {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string | undefined;
  scope: string | undefined;
  parameters: { name: string; place: string; isRequired: boolean; says: string }[];
  /** Examples, as they are shown. */
  request: string | undefined;
  answer: string | undefined;
};

export type Group = { tag: string; description: string; operations: Operation[] };

type Choice = {
  /** Only what customers may ask. */
  onlyForCustomers: boolean;
  /** Part of an address, a summary or a tag. */
  wanted: string;
};

/** The operations of the document by what they are about, in the document's order. */
export function groupsOf(document: ApiDocument | undefined, { onlyForCustomers, wanted }: Choice): Group[] {
  if (document === undefined) return [];
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => ({ path, method: method.toUpperCase(), said })),
  );
  const isWanted = ({ path, said }: (typeof all)[number]) =>
    `${path} ${said.summary} ${said.tags[0]}`.toLowerCase().includes(wanted.trim().toLowerCase());
  const isReached = ({ said }: (typeof all)[number]) =>
    !onlyForCustomers || (said['x-durabill-audience']?.includes('customers') ?? false);
  const shown = all.filter((one) => isWanted(one) && isReached(one));
  return document.tags.flatMap(({ name, description }) => {
    const operations = shown.filter(({ said }) => said.tags.includes(name)).map(operationOf);
    return operations.length === 0 ? [] : [{ tag: name, description, operations }];
  });
}

function operationOf({ path, method, said }: { path: string; method: string; said: DocumentOperation }): Operation {
  const success = Object.entries(said.responses).find(([status]) => status.startsWith('2'))?.[1];
  return {
    id: said.operationId,
    method,
    path,
    summary: said.summary,
    description: said.description,
    scope: said['x-durabill-scope'],
    parameters: (said.parameters ?? []).map(({ name, in: place, required = false, description, schema }) => ({
      name,
      place,
      isRequired: required,
      says: description ?? schema?.description ?? '',
    })),
    request: exampleIn(said.requestBody),
    answer: exampleIn(success),
  };
}

function exampleIn(said: DocumentOperation['requestBody']): string | undefined {
  const content = said?.content?.['application/json'];
  const [example] = Object.values(content?.examples ?? {});
  return example === undefined ? undefined : JSON.stringify(example.value, null, 2);
}
