import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Context,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  NeverType,
  NullType,
  SchemaGenerator,
  StringType,
  type SubNodeParser,
  UnionType,
} from 'ts-json-schema-generator';

/**
 * Run as a program of its own, since reading the typings takes hundreds of megabytes that its caller should not keep:
 * `generate.ts task.json schemas.json`. The task names a file of type aliases, those of parameters and of answers; the
 * result is one JSON Schema for each of the two groups.
 */
type Node = Parameters<SubNodeParser['supportsNode']>[0];
/** The generator has a TypeScript of its own, and only that one knows how its nodes are numbered. */
const typescript: { SyntaxKind: Record<'TypeReference' | 'UnionType' | 'StringKeyword', number> } = createRequire(
  createRequire(import.meta.url).resolve('ts-json-schema-generator'),
)('typescript');
const { SyntaxKind } = typescript;

const isReferenceTo = (node: Node, name: string) => node.kind === SyntaxKind.TypeReference && node.getText() === name;
const membersOf = (node: Node) => (node as Node & { types: readonly Node[] }).types;

function parser(supportsNode: (node: Node) => boolean, make: (node: Node) => ReturnType<SubNodeParser['createType']>) {
  return { supportsNode, createType: (node: Node, _context: Context) => make(node) };
}

/** A class in the client, a decimal text on the wire. */
const decimals = parser(
  (node) => isReferenceTo(node, 'Decimal'),
  () => new StringType(),
);
/** The SDK's open end of each enumeration: without it, an answer outside of the enumeration shows. */
const openEnds = parser(
  (node) => isReferenceTo(node, 'OtherString'),
  () => new NeverType(),
);
/** `string | Customer | null`: the id, as long as nothing is expanded. It also keeps the closure small. */
const references = parser(
  (node) => {
    if (node.kind !== SyntaxKind.UnionType) return false;
    const members = membersOf(node);
    const hasId = members.some((member) => member.kind === SyntaxKind.StringKeyword);
    return hasId && members.some((member) => member.kind === SyntaxKind.TypeReference);
  },
  (node) => {
    const isNullable = membersOf(node).some((member) => member.getText() === 'null');
    return isNullable ? new UnionType([new StringType(), new NullType()]) : new StringType();
  },
);

const [taskFile = '', resultFile = ''] = process.argv.slice(2);
const task = JSON.parse(readFileSync(taskFile, 'utf8')) as Record<'tsconfig', string> &
  Record<'parameters' | 'answers', string[]>;
const config = {
  ...DEFAULT_CONFIG,
  tsconfig: task.tsconfig,
  skipTypeCheck: true,
  jsDoc: 'none' as const,
  expose: 'export' as const,
};
const program = createProgram(config);

function schemaOf(types: string[], parsers: SubNodeParser[]) {
  const nodes = createParser(program, { ...config, type: types }, (chain) => {
    for (const added of parsers) chain.addNodeParser(added);
  });
  return new SchemaGenerator(program, nodes, createFormatter(config), config).createSchema(types);
}

writeFileSync(
  resultFile,
  JSON.stringify({
    parameters: schemaOf(task.parameters, [decimals, openEnds]),
    answers: schemaOf(task.answers, [decimals, openEnds, references]),
  }),
);
