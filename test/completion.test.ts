import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const loader = ['--import', import.meta.resolve('tsx'), '--conditions=source']

function node(cwd: string, words: readonly string[]): Promise<{ readonly out: string }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd }, (error, out) => (error ? reject(error) : resolve({ out })))
  })
}

function project(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-complete-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

test('commands, options, their values and names of modules complete; what a shell would obey is not offered', async (t) => {
  const folder = project(t, {
    '.heddle/modules/a.md': '# A\n',
    '.heddle/modules/$(touch x).md': '# B\n',
    '.heddle/commands/go.md': '# Go\n',
    'heddle.config.mjs': "throw new Error('nobody runs this because a key is pressed')\n",
  })
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['ru'], ['run', 'runs']],
    [['check', '--for'], ['--format']],
    [
      ['check', '--format', ''],
      ['text', 'json', 'sarif'],
    ],
    [['check', '--format=j'], ['--format=json']],
    [['why', '@mod'], ['@modules/a.md']],
    [['run', 'g'], ['go']],
    [['run', 'go', ''], []],
    [['explain', 'FRAGMENT'], ['FRAGMENT_MISSING']],
    [['new', 'p'], ['plugin']],
    [['nothing', ''], []],
  ]
  const given = cases.map(([words]) => words)
  const { out } = await node(folder, [...loader, join(root, 'test/complete-each.ts'), JSON.stringify(given)])
  const offered = JSON.parse(out) as readonly string[]
  assert.deepEqual(
    offered.map((text) => text.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0]]))),
    cases.map(([, wanted]) => wanted),
  )
})

const missing = (shell: string): string | false =>
  spawnSync(shell, ['-c', 'true']).error ? `${shell} is not installed` : false

/** A project, and a `heddle` on the PATH of a shell. */
function shellProject(t: TestContext): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = project(t, { '.heddle/modules/a.md': '# A\n', '.heddle/modules/b.md': '# B\n' })
  const program = join(folder, 'bin/heddle')
  mkdirSync(dirname(program))
  const words = [process.execPath, ...commandLine].map((word) => `'${word}'`).join(' ')
  writeFileSync(program, `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(program, 0o755)
  const env = { ...process.env, PATH: `${dirname(program)}:${process.env['PATH']}`, HOME: folder, CI: '1' }
  return { folder, env }
}

test(
  'bash completes a reference after its @, and evaluates nothing that is typed',
  { skip: missing('bash') },
  (t) => {
    const { folder, env } = shellProject(t)
    const line = (text: string, current: string): string =>
      `COMP_LINE='${text}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'; COMP_WORDS=(heddle x '${current}'); COMP_CWORD=2; _heddle; printf '%s\\n' "\${COMPREPLY[@]}"`
    const run = (text: string, current: string): string =>
      execFileSync('bash', ['-c', `source <(heddle completion bash); ${line(text, current)}`], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
    assert.equal(run('heddle why @modules/', 'modules/'), 'modules/a.md\nmodules/b.md\n')
    assert.equal(run('heddle check --format=s', 's'), 'sarif\n')
    assert.equal(run('heddle check $(touch evaluated)', ''), '\n')
    assert.equal(existsSync(join(folder, 'evaluated')), false)
  },
)

test('fish completes commands with what they are', { skip: missing('fish') }, (t) => {
  const { folder, env } = shellProject(t)
  const script =
    'heddle completion fish | source; complete -C "heddle why @modules/"; complete -C "heddle resol"'
  const out = execFileSync('fish', ['--no-config', '-c', script], { cwd: folder, env, encoding: 'utf8' })
  assert.match(out, /^@modules\/a\.md\s.*\n@modules\/b\.md\s.*\nresolve\tsay which file/m)
})

test('zsh takes the script, and hands each offer to its menu', { skip: missing('zsh') }, (t) => {
  const { folder, env } = shellProject(t)
  const script = `compdef() {}; _describe() { print -l -- "\${(@P)2}" }; _files() { print files }
source <(heddle completion zsh); words=(heddle why @modules/a); CURRENT=3; _heddle; words=(heddle run go ''); CURRENT=4; _heddle`
  const out = execFileSync('zsh', ['-f', '-c', script], { cwd: folder, env, encoding: 'utf8' })
  assert.equal(out, '@modules/a.md:A\nfiles\n')
})
