import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { commandLine } from './command-line.ts'
import { blocksOf, compile, readCommand, run } from './readme-examples.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the package, so that its own name resolves as it would for a user.
const compiledIn = mkdtempSync(join(root, 'test', '.plugin-readme-'))
const projects = mkdtempSync(join(tmpdir(), 'heddle-plugin-readme-'))
after(() => {
  for (const folder of [compiledIn, projects]) rmSync(folder, { recursive: true, force: true })
})

interface Example {
  readonly plugin: string
  readonly language: 'sh' | 'ts'
  readonly text: string
  /** What must run for it that a test does not start. */
  readonly needs: string | undefined
}

const plugins = readdirSync(join(root, 'plugins'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const examples = plugins.flatMap(examplesOf)

function examplesOf(plugin: string): Example[] {
  const readme = readFileSync(join(root, 'plugins', plugin, 'README.md'), 'utf8')
  const typed = blocksOf(readme, 'ts').map((text): Example => {
    return { plugin, language: 'ts', text, needs: /needs a running \w+/.exec(text)?.[0] }
  })
  const lines = blocksOf(readme, 'sh').flatMap((block) => block.trim().split('\n'))
  return [
    ...typed,
    ...lines.map((text): Example => ({ plugin, language: 'sh', text, needs: readCommand(text).needs })),
  ]
}

test('every plugin has a README with an example that is run here; what is not run needs a server, and is known', (t) => {
  const runnable = new Set(examples.filter(({ needs }) => !needs).map(({ plugin }) => plugin))
  assert.deepEqual(
    plugins.filter((plugin) => !runnable.has(plugin)),
    [],
  )
  for (const { plugin, text, needs } of examples)
    if (needs) t.diagnostic(`not run (${plugin}, ${needs}): ${text}`)
  assert.deepEqual(
    examples.filter(({ needs }) => needs).map(({ text }) => text.replace(/\s+#.*/, '')),
    ['heddle worker', 'heddle run protocol --executor queue'],
  )
})

test('every command line among the examples is one of ours', () => {
  const foreign = examples.filter(({ language, text }) => language === 'sh' && !text.startsWith('heddle '))
  assert.deepEqual(foreign, [])
})

describe('the examples of the plugins', { concurrency: 4 }, () => {
  test('compile, all that are TypeScript', async () => {
    const typed = examples.filter(({ language }) => language === 'ts')
    for (const [index, { plugin, text }] of typed.entries())
      writeFileSync(join(compiledIn, `${plugin}-${index}.ts`), text)
    const { status, output } = await compile(compiledIn)
    assert.equal(status, 0, output)
  })

  for (const plugin of plugins)
    test(`run in a project and end as they say: ${plugin}`, async () => {
      const project = makeProject(plugin)
      for (const example of examples)
        if (example.plugin === plugin && !example.needs) await runExample(example, project)
    })
})

/** A project with Heddle installed; its tests run by tsx. */
function makeProject(plugin: string): string {
  const project = join(projects, plugin)
  cpSync(join(root, 'fixtures/typescript-project'), project, { recursive: true })
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules/heddle'))
  symlinkSync(join(root, 'node_modules/tsx'), join(project, 'node_modules/tsx'))
  return project
}

async function runExample(example: Example, project: string): Promise<void> {
  const { words, status } =
    example.language === 'sh' ? readCommand(example.text) : await placed(example.text, project)
  const program = words[0] === 'heddle' ? commandLine : [words[0]!]
  const ended = await run(process.execPath, [...program, ...words.slice(1)], project)
  assert.equal(ended.status, status, `${example.text}\n${ended.output}`)
}

/** Puts a TypeScript example where its reader would; a configuration is what the command lines after it run with. */
async function placed(text: string, project: string): Promise<{ words: readonly string[]; status: number }> {
  if (text.includes('export default defineConfig(')) {
    writeFileSync(join(project, 'heddle.config.ts'), text)
    return { words: ['heddle', 'config'], status: 0 }
  }
  const path = join(project, 'node_modules/example.mjs')
  writeFileSync(path, (await transform(text, { loader: 'ts', format: 'esm' })).code)
  return { words: [path], status: 0 }
}
