import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

interface Ended {
  readonly status: number
  readonly output: string
}

function run(program: string, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      words,
      { cwd: root, env: { ...process.env, NO_COLOR: '1', CI: '1' } },
      (error, stdout, stderr) => {
        const code = error ? ((error as { code?: unknown }).code ?? 1) : 0
        resolve({ status: typeof code === 'number' ? code : 1, output: stdout + stderr })
      },
    )
  })
}

const node = ['--import', 'tsx', '--conditions=source']

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]!,
  )
}

test('the first commands of the README are exactly the two that set everything up', () => {
  const [first] = blocks('sh')
  const commands = first!
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
  assert.deepEqual(commands, ['npm ci && npm start', 'npm ci && npm test'])
})

test('every command line of the README runs and ends as it says', async () => {
  const lines = blocks('sh')
    .slice(1)
    .flatMap((block) => block.trim().split('\n'))
  assert.ok(lines.length >= 7)
  for (const line of lines) {
    const [command, comment = ''] = line.split(/\s+#\s*/)
    const words = [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!)
    assert.equal(words.shift(), 'heddle')
    const { status, output } = await run(process.execPath, [...commandLine, ...words])
    assert.equal(status, Number(/exits (\d+)/.exec(comment)?.[1] ?? 0), `${line}\n${output}`)
  }
})

test('every TypeScript example of the README compiles and runs', async () => {
  // Inside the package, so that its own name resolves as it would for a user.
  const folder = mkdtempSync(join(root, 'test', '.readme-'))
  try {
    const examples = blocks('ts').map((text, index) => {
      const path = join(folder, `example-${index + 1}.ts`)
      writeFileSync(path, text)
      return path
    })
    assert.ok(examples.length >= 3)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { rootDir: '../..' },
        include: ['*.ts'],
        exclude: [],
      }),
    )
    const compiled = await run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '-p',
      folder,
    ])
    assert.equal(compiled.status, 0, compiled.output)
    for (const path of examples) {
      const { status, output } = await run(process.execPath, [...node, path])
      assert.equal(status, 0, `${path}\n${output}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
