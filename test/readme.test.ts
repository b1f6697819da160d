import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandLine } from './command-line.ts'
import { blocksOf, compile, readCommand, run } from './readme-examples.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

const node = ['--import', 'tsx', '--conditions=source']

test('the first commands of the README are exactly the two that set everything up', () => {
  const [first] = blocksOf(readme, 'sh')
  const commands = first!
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
  assert.deepEqual(commands, ['npm ci && npm start', 'npm ci && npm test'])
})

test('every command line of the README runs and ends as it says', async () => {
  const lines = blocksOf(readme, 'sh')
    .slice(1)
    .flatMap((block) => block.trim().split('\n'))
  assert.ok(lines.length >= 7)
  for (const line of lines) {
    const { words, status } = readCommand(line)
    assert.equal(words[0], 'heddle')
    const ended = await run(process.execPath, [...commandLine, ...words.slice(1)], root)
    assert.equal(ended.status, status, `${line}\n${ended.output}`)
  }
})

test('every TypeScript example of the README compiles and runs', async () => {
  // Inside the package, so that its own name resolves as it would for a user.
  const folder = mkdtempSync(join(root, 'test', '.readme-'))
  try {
    const examples = blocksOf(readme, 'ts').map((text, index) => {
      const path = join(folder, `example-${index + 1}.ts`)
      writeFileSync(path, text)
      return path
    })
    assert.ok(examples.length >= 3)
    const compiled = await compile(folder)
    assert.equal(compiled.status, 0, compiled.output)
    for (const path of examples) {
      const { status, output } = await run(process.execPath, [...node, path], root)
      assert.equal(status, 0, `${path}\n${output}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
