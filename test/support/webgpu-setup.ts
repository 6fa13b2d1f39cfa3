import { useSwiftShader } from './swiftshader.ts';

// Who demands the engine means the GPU of the machine.
if (process.env['SLUICE_REQUIRE_ENGINE'] !== 'webgpu') useSwiftShader();
