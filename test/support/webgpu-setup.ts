import { useSwiftShader } from './swiftshader.ts';

useSwiftShader();
