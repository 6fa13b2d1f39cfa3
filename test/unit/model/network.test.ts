import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../../main/model/network.ts';
import { networkNames, networkSpec } from '../../../main/model/zoo.ts';
import { branchedNetwork, tinyNetwork } from '../../support/halves.ts';

describe('parseNetwork', () => {
  it.each(networkNames)('reads %s as it is', (name) => {
    const network = networkSpec(name, { input: [96, 96, 3], classes: 10, width: 0.5 });
    expect(parseNetwork(JSON.parse(JSON.stringify(network)))).toEqual(network);
  });

  it('reads blocks', () => {
    expect(parseNetwork(JSON.parse(JSON.stringify(branchedNetwork)))).toEqual(branchedNetwork);
  });

  const conv = { type: 'conv', filters: 4, kernel: 3, stride: 1, pad: 1 };
  const block = (changes: object): object => ({
    type: 'block',
    branches: [{ entries: [conv] }, { entries: [] }],
    join: 'add',
    activation: 'relu',
    ...changes,
  });
  it.each([
    [{ ...conv, kernel: 0 }, 'body[0].kernel', 'network.body[0].kernel is 0: expected number to be >=1'],
    [{ ...conv, type: 'lstm' }, 'body[0].type', /is "lstm": expected one of conv, maxPool, dense, poolFlatten, block$/],
    [{ ...conv, filters: undefined }, 'body[0].filters', /is missing: expected number/],
    [{ ...conv, padding: 1 }, 'body[0]', /Unrecognized key: "padding"/],
    [{ type: 'dense', units: 3, activation: 'none', dropout: 1 }, 'body[0].dropout', /is 1: expected number to be <1/],
    [block({ join: 'multiply' }), 'body[0].join', /is "multiply": expected one of "add"\|"concat"/],
    [block({ branches: [{ entries: [conv] }] }), 'body[0].branches', /expected array to have >=2 items/],
    [
      block({ branches: [{ entries: [] }, { entries: [] }] }),
      'body[0].branches',
      /expected at most one branch without entries/,
    ],
    [
      block({
        branches: [
          { entries: [conv], names: 'a' },
          { entries: [conv], names: 'a' },
        ],
      }),
      'body[0].branches',
      /expected different names/,
    ],
    [
      block({ branches: [{ entries: [{ ...conv, pad: -1 }] }, { entries: [] }] }),
      'body[0].branches[0].entries[0].pad',
      /is -1: expected number to be >=0/,
    ],
  ])('names what is wrong with %j', (entry, path, message) => {
    const network = { ...tinyNetwork, body: [entry] };
    expect(() => parseNetwork(network)).toThrow(
      expect.objectContaining({ code: 'bad-network', path: `network.${path}` }) as Error,
    );
    expect(() => parseNetwork(network)).toThrow(message);
  });
});
