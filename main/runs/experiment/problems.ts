import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { hasFields } from '../../fields.ts';

/** Something wrong with one field: `path` is dotted, `text` goes on from it ("is 0: expected 1 or more"). */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

/** Throws one SluiceError that lists every problem; does nothing when there is none. */
export function throwProblems(subject: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const lines = problems.map(({ path, text }) => `${path === '' ? subject : path} ${text}`);
  const message =
    lines.length === 1 ? lines.join() : [`${subject} has ${lines.length} problems:`, ...lines].join('\n  ');
  throw new SluiceError('bad-experiment', message, { path: first.path });
}

export function problemWords(problems: readonly Problem[]): string {
  return problems.map(({ path, text }) => `${path} ${text}`.trim()).join('; ');
}

/** Lines about those of several things that cannot be trained, the first ten below how many they are. */
export function wrongWords(lines: readonly string[], all: number, what: string): string {
  const shown = lines.slice(0, 10);
  const left = lines.length - shown.length;
  const head = `${lines.length} of ${all} ${what} cannot be trained:`;
  return [head, ...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('\n  ');
}

/** The problem of a field that has this value. */
export function problem(path: string, value: unknown, expected: string): Problem {
  return { path, text: `${value === undefined ? 'is missing' : `is ${show(value)}`}: expected ${expected}` };
}

/** What zod found, in words. The error must come from a parse with `reportInput`. */
export function problemsOf(error: z.ZodError, schema: z.ZodType): Problem[] {
  return error.issues.flatMap((issue) => problemsAt([], issue, schema));
}

function problemsAt(base: readonly PropertyKey[], issue: Issue, schema: z.ZodType): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const fields = fieldsAt(schema, path, issue.input).join(', ');
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      text: `is not a field: expected ${fields}`,
    }));
  }
  const meant = issue.code === 'invalid_union' ? branchMeant(issue) : undefined;
  return meant
    ? meant.flatMap((inner) => problemsAt(path, inner, schema))
    : [problem(path.join('.'), inputOf(issue), expectation(issue, schemaAt(schema, path, undefined)))];
}

/** Of a union told apart by one of its fields, zod gives the whole object for what is wrong with that field. */
function inputOf(issue: Issue): unknown {
  const told = issue.code === 'invalid_union' ? issue.discriminator : undefined;
  return told !== undefined && hasFields(issue.input) ? issue.input[told] : issue.input;
}

/** What is wrong within a value that has the form of one branch of a union, as an object among words has. */
function branchMeant({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  return errors.find((branch) => branch.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'));
}

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What was expected, by the issue and by what the schema has at its path. */
function expectation(issue: Issue, at: ObjectSchema): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return rangeOf(issue, at) ?? atLeast(issue);
    case 'too_big':
      return rangeOf(issue, at) ?? atMost(issue);
    case 'invalid_union':
      return issue.errors.length === 0 ? issue.message : unionWords(issue.errors, at).join(' or ');
    default:
      return issue.message;
  }
}

/** What may stand there, branch by branch; an object by the fields that it has to have. */
function unionWords(branches: readonly (readonly Issue[])[], at: ObjectSchema): string[] {
  const needed = (at.required ?? []).map((name) => `"${name}": …`).join(', ');
  return branches.flatMap((branch) =>
    branch.map((issue) => {
      const isObject = issue.code === 'invalid_type' && issue.expected === 'object';
      return isObject && needed !== '' ? `{${needed}}` : expectation(issue, at);
    }),
  );
}

/** Of a number that has both ends, whichever it is beyond. */
function rangeOf({ origin }: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, at: ObjectSchema): string | null {
  if (origin !== 'number' && origin !== 'int') return null;
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = numberAmong(at);
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  if (minimum !== undefined && exclusiveMaximum !== undefined)
    return `from ${minimum} to less than ${exclusiveMaximum}`;
  if (exclusiveMinimum !== undefined && maximum !== undefined)
    return `more than ${exclusiveMinimum}, at most ${maximum}`;
  return null;
}

function atLeast({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'array') return `a list of ${minimum} or more`;
  if (origin === 'string') return 'a text that is not empty';
  return inclusive ? `${minimum} or more` : `more than ${minimum}`;
}

function atMost({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  if (origin === 'array') return `a list of ${maximum} at most`;
  if (origin === 'string') return `at most ${maximum} characters`;
  return inclusive ? `${maximum} or less` : `less than ${maximum}`;
}

type JsonSchema = z.core.JSONSchema._JSONSchema;
type ObjectSchema = z.core.JSONSchema.BaseSchema;

/** Of what may be several things the number among them, with its least and its greatest. */
function numberAmong(at: ObjectSchema): ObjectSchema {
  const number = [at, ...(at.anyOf ?? [])].find((branch) => isNumber(branch)) ?? {};
  // zod bounds whole numbers by what a double holds exactly, which says nothing to a reader.
  return number.maximum === Number.MAX_SAFE_INTEGER ? { ...number, maximum: undefined } : number;
}

/** Whether the number at a path of a schema is a whole one. */
export function takesWhole(schema: z.ZodType, path: readonly string[]): boolean {
  const keys = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return numberAmong(schemaAt(schema, keys, undefined)).type === 'integer';
}

function isNumber(schema: JsonSchema): schema is ObjectSchema {
  return typeof schema === 'object' && (schema.type === 'number' || schema.type === 'integer');
}

/** Names of the fields of the object that stands at a path of a schema, where `value` is. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  return Object.keys(schemaAt(schema, path, value).properties ?? {});
}

const jsonSchemas = new WeakMap<z.ZodType, ObjectSchema>();

/** The same schema as JSON, which takes long to make. */
function asJson(schema: z.ZodType): ObjectSchema {
  const known = jsonSchemas.get(schema);
  if (known) return known;
  // Of what the lab is asked some can be told by code alone.
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  jsonSchemas.set(schema, made);
  return made;
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): ObjectSchema {
  const root = asJson(schema);
  // On the way the next key tells which of several things is meant, at its end the value.
  const meant = (i: number): Meant => (i < path.length ? { key: String(path[i]) } : { value });
  let at = structure(root, root, meant(0));
  for (const [i, key] of path.entries()) {
    at = structure(typeof key === 'number' ? at.items : at.properties?.[String(key)], root, meant(i + 1));
  }
  return at;
}

/** What tells which branch of a schema is meant: a key that its object has, or a value that it allows. */
interface Meant {
  readonly key?: string;
  readonly value?: unknown;
}

/**
 * What a reference stands for, and of a schema that allows several things the branch with fields or items that is meant,
 * as a codec with parameters is that is named by the value.
 */
function structure(schema: JsonSchema | JsonSchema[] | undefined, root: ObjectSchema, meant: Meant): ObjectSchema {
  if (typeof schema !== 'object' || Array.isArray(schema)) return {};
  if (schema.$ref !== undefined) return structure(root.$defs?.[schema.$ref.replace('#/$defs/', '')], root, meant);
  const branches = (schema.anyOf ?? schema.oneOf ?? []).map((branch) => structure(branch, root, meant));
  const structured = branches.filter((branch) => branch.properties ?? branch.items);
  const chosen = structured.find((branch) => suits(branch, meant)) ?? structured[0];
  // The other branches stay beside it: a number among them has a range of its own.
  return chosen ? { ...schema, ...chosen } : schema;
}

/** Whether it has such a key, and no field of the value contradicts the words that the schema allows for it. */
function suits({ properties = {} }: ObjectSchema, { key, value }: Meant): boolean {
  if (key !== undefined) return key in properties;
  return Object.entries(properties).every(([name, field]) => {
    const allowed = typeof field === 'object' ? field.enum : undefined;
    return !allowed || !hasFields(value) || (allowed as unknown[]).includes(value[name]);
  });
}

/** JSON has no whole numbers beyond 2⁵³, and would throw. */
function plainly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value, plainly);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
