import { mount } from '@vue/test-utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { h } from 'vue';
import FormField from '../../../../renderer/components/FormField.vue';
import NumberInput from '../../../../renderer/components/NumberInput.vue';
import {
  expectedNumber,
  readNumber,
  steppedNumber,
  writtenNumber,
} from '../../../../renderer/components/number-text.ts';
import { launchText, whenText } from '../../../../main/listing/when.ts';

describe('a number as text', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(writtenNumber(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('may have a comma or an exponent, but nothing else', () => {
    expect(readNumber(' 0,5 ')).toBe(0.5);
    expect(readNumber('5E-4')).toBe(5e-4);
    for (const text of ['', '1.2.3', '1,000,000', '0x10', 'Infinity', '1e999', '4 maps']) {
      expect(readNumber(text)).toBeUndefined();
    }
  });

  it('has its limits in words', () => {
    const limits = { min: -Infinity, max: Infinity, integer: false };
    expect(expectedNumber(limits)).toBe('Expected a number.');
    expect(expectedNumber({ ...limits, min: 0 })).toBe('Expected a number, 0 or more.');
    expect(expectedNumber({ min: 1, max: 64, integer: true })).toBe('Expected a whole number from 1 to 64.');
  });

  it('is stepped without dust', () => {
    expect(steppedNumber(0.1, 0.2)).toBe(0.3);
  });
});

describe('a number field', () => {
  const field = (props: object) => {
    const input = mount(NumberInput, { props: { modelValue: 8, min: 1, max: 64, integer: true, ...props } });
    const values = (): unknown[] => (input.emitted('update:modelValue') ?? []).map(([value]) => value);
    return { input, text: input.find('input'), values };
  };

  it('lets only good values out, marks others for as long as they stand there, and returns to the last good one with Escape', async () => {
    const { text, values } = field({});
    for (const typed of ['12', '65', '3.5', 'x', '']) {
      await text.setValue(typed);
      expect(text.attributes('aria-invalid')).toBe(typed === '12' ? undefined : 'true');
    }
    expect(values()).toEqual([12]);
    await text.setValue('65');
    await text.trigger('blur');
    expect([text.element.value, text.attributes('aria-invalid')]).toEqual(['65', 'true']);
    await text.trigger('keydown', { key: 'Escape' });
    expect(text.element.value).toBe('12');
    expect(text.attributes('aria-invalid')).toBeUndefined();
  });

  it('leaves what is out of range to others where they judge it, but not what is no number', async () => {
    const { text, values } = field({ judged: true });
    for (const typed of ['65', '-3.5', 'x']) await text.setValue(typed);
    expect(values()).toEqual([65, -3.5]);
    expect(text.attributes('aria-invalid')).toBe('true');
  });

  it('may be empty where that means something', async () => {
    const { text, values } = field({ placeholder: 'all cores' });
    await text.setValue('');
    expect(values()).toEqual([undefined]);
  });

  it('is stepped by the arrows within its limits', async () => {
    const { text, values } = field({});
    await text.trigger('keydown', { key: 'ArrowUp', shiftKey: true });
    await text.trigger('keydown', { key: 'ArrowDown' });
    expect(values()).toEqual([18, 17]);
  });
});

describe('a form field', () => {
  it('ties its label to its control, and its help or the error in place of it', async () => {
    const field = mount(FormField, {
      props: { label: 'Port', help: '0 takes any.' },
      slots: { default: (control: object) => h('input', control) },
    });
    const input = field.find('input').element;
    const described = (): string | undefined => field.find(`#${input.getAttribute('aria-describedby')}`).text();
    expect(field.find('label').attributes('for')).toBe(input.id);
    expect(described()).toBe('0 takes any.');
    await field.setProps({ error: 'is taken' });
    expect(described()).toBe('is taken');
    expect(input.getAttribute('aria-invalid')).toBe('true');
  });

  it('says what its control expects while something else is typed', async () => {
    const port = () => h(NumberInput, { modelValue: 80, min: 0, max: 65535, integer: true });
    const field = mount(FormField, { props: { label: 'Port', error: 'is taken' }, slots: { default: port } });
    await field.find('input').setValue('high');
    expect(field.find('.error').text()).toBe('Expected a whole number from 0 to 65535.');
    await field.find('input').trigger('blur');
    expect(field.find('.error').text()).toBe('Expected a whole number from 0 to 65535.');
    await field.find('input').trigger('keydown', { key: 'Escape' });
    expect(field.find('.error').text()).toBe('is taken');
  });
});

describe('a moment', () => {
  it('is told the shorter the nearer it is', () => {
    const now = new Date(2026, 4, 14, 15, 30).getTime();
    const minute = 60_000;
    expect(whenText(now - 20_000, now)).toBe('just now');
    expect(whenText(now - 12 * minute, now)).toBe('12 min ago');
    expect(whenText(now - 125 * minute, now)).toBe('13:25');
    expect(whenText(new Date(2026, 4, 13, 23, 0).getTime(), now)).toBe('13 May');
    expect(whenText(new Date(2025, 4, 13).getTime(), now)).toBe('13 May 2025');
  });

  it('names what was launched then', () => {
    const at = new Date(2026, 4, 13, 9, 5);
    const group = `figure-8@${at.toISOString()}`;
    expect(launchText(group, at.getTime())).toBe('figure-8, 13 May, 09:05');
    expect(launchText(group, new Date(2027, 0, 1).getTime())).toBe('figure-8, 13 May 2026, 09:05');
    expect(launchText('me@home')).toBe('me@home');
  });
});
