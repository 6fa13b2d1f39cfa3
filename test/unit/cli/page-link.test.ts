import { describe, expect, it } from 'vitest';
import { pageLines } from '../../../main/cli/page-link.ts';
import { pageLinkOf } from '../../../main/processes/page/link.ts';

describe('the address of the page of a device', () => {
  it('has its secret behind the #, which no server is told', () => {
    expect(pageLinkOf('wss://192.0.2.7:4450', 'token', 'a_b-c')).toBe('https://192.0.2.7:4450/#token=a_b-c');
    expect(pageLinkOf('ws://127.0.0.1:5000', 'join', 'x')).toBe('http://127.0.0.1:5000/#join=x');
  });

  it('comes with what a browser will say to it', () => {
    expect(pageLines('https://192.0.2.7/#token=x', 'AB:CD').join(' ')).toMatch(/warn of a certificate.*fingerprint/);
    expect(pageLines('http://192.0.2.7/#token=x', undefined).join(' ')).toMatch(/Add --tls/);
    for (const link of ['http://127.0.0.1/#token=x', 'http://[::1]/#token=x', 'https://lab.example/#token=x']) {
      expect(pageLines(link, undefined)).toEqual(['To open in a browser, on a phone for one:', `  ${link}`, '']);
    }
  });
});
