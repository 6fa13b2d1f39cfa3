/** Writes resources/*.schema.json from the schemas in the code; with --check it only says whether they are current. */
import { readFile, writeFile } from 'node:fs/promises';
import { experimentSchema } from '../main/runs/experiment/experiment.ts';
import { presetSchema } from '../main/runs/experiment/presets.ts';
import { fileSchema } from '../main/runs/experiment/schema.ts';

const check = process.argv.includes('--check');

for (const [name, schema] of Object.entries({ experiment: experimentSchema, preset: presetSchema })) {
  const file = new URL(`../resources/${name}.schema.json`, import.meta.url);
  const text = `${JSON.stringify(fileSchema(schema), null, 2)}\n`;
  if (!check) {
    await writeFile(file, text);
  } else if ((await readFile(file, 'utf8')) !== text) {
    console.error(
      `resources/${name}.schema.json does not match the code: run \`npm run schemas\` and commit the result`,
    );
    process.exitCode = 1;
  }
}
