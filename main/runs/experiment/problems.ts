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
    : [problem(path.join('.'), inputOf(issue), expectation(issue))];
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

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return atLeast(issue);
    case 'too_big':
      return issue.origin === 'string' ? `at most ${issue.maximum} characters` : atMost(issue);
    case 'invalid_union':
      return issue.errors.length === 0
        ? issue.message
        : issue.errors.flatMap((branch) => branch.map(expectation)).join(' or ');
    default:
      return issue.message;
  }
}

function atLeast({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'array') return `a list of ${minimum} or more`;
  if (origin === 'string') return 'a text that is not empty';
  return inclusive ? `${minimum} or more` : `more than ${minimum}`;
}

function atMost({ maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  return inclusive ? `${maximum} or less` : `less than ${maximum}`;
}

type JsonSchema = z.core.JSONSchema._JSONSchema;
type ObjectSchema = z.core.JSONSchema.BaseSchema;

/** Names of the fields of the object that stands at a path of a schema, where `value` is. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const root = z.toJSONSchema(schema, { io: 'input' });
  let at = structure(root, root);
  for (const [i, key] of path.entries()) {
    const here = i === path.length - 1 ? value : undefined;
    at = structure(typeof key === 'number' ? at.items : at.properties?.[String(key)], root, here);
  }
  return Object.keys(at.properties ?? {});
}

/**
 * What a reference stands for, and of a schema that allows several things the branch with fields or items that suits the
 * value, as a codec with parameters does that is named by it.
 */
function structure(schema: JsonSchema | JsonSchema[] | undefined, root: ObjectSchema, value?: unknown): ObjectSchema {
  if (typeof schema !== 'object' || Array.isArray(schema)) return {};
  if (schema.$ref !== undefined) return structure(root.$defs?.[schema.$ref.replace('#/$defs/', '')], root, value);
  const branches = (schema.anyOf ?? schema.oneOf ?? []).map((branch) => structure(branch, root, value));
  const structured = branches.filter((branch) => branch.properties ?? branch.items);
  return structured.find((branch) => suits(branch, value)) ?? structured[0] ?? schema;
}

/** Whether no field of the value contradicts the words that the schema allows for it. */
function suits({ properties = {} }: ObjectSchema, value: unknown): boolean {
  return Object.entries(properties).every(([key, field]) => {
    const allowed = typeof field === 'object' ? field.enum : undefined;
    return !allowed || !hasFields(value) || (allowed as unknown[]).includes(value[key]);
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
