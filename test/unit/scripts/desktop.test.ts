import { describe, expect, it } from 'vitest';
import { obstacle } from '../../../scripts/desktop.ts';

describe('what keeps the desktop window from opening', () => {
  it('is a Linux without a display, or being root there', () => {
    expect(obstacle({ platform: 'linux', env: {}, user: 1000 })).toBe('there is no display');
    expect(obstacle({ platform: 'linux', env: { DISPLAY: '' }, user: 1000 })).toBe('there is no display');
    expect(obstacle({ platform: 'linux', env: { DISPLAY: ':0' }, user: 0 })).toBe('Electron does not run as root');
  });

  it('is nothing elsewhere', () => {
    expect(obstacle({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' }, user: 1000 })).toBeUndefined();
    expect(obstacle({ platform: 'darwin', env: {}, user: 0 })).toBeUndefined();
    expect(obstacle({ platform: 'win32', env: {}, user: undefined })).toBeUndefined();
  });
});
