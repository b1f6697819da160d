import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { CheckReport, Deletion, Graph, Referrers, Report, Resolved } from 'heddle'
import { commandLine } from './command-line.ts'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const folders: string[] = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a user does; `interruptAt` sends Ctrl-C when the text is seen on standard error. */
function heddle(
  words: readonly string[],
  options: { cwd?: string; interruptAt?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...commandLine, ...words], {
    cwd: options.cwd ?? fixtures,
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (options.interruptAt !== undefined && stderr.includes(options.interruptAt)) {
      options = {}
      child.kill('SIGINT')
    }
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-cli-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The gates of the project's own checks, without those of every run. */
function checkGates({ gates }: Report): Report['gates'] {
  return gates.filter(({ name }) => !/^(?:before|during|after)\//.test(name)).slice(0, 4)
}

function copyOf(fixture: string): string {
  const folder = project({})
  cpSync(join(fixtures, fixture), folder, { recursive: true })
  return folder
}

test('a place is set apart from what follows, however long it is', async () => {
  const paragraphs = 'Prose.\n\n'.repeat(60_000)
  const root = project({ '.claude/modules/long.md': `${paragraphs}Last: @modules/gone.md\n` })
  const { stdout } = await heddle(['check', '--root', root])
  assert.match(stdout, /\n {2}120001:7 error +"@modules\/gone\.md" names/)
})

test('check prints the place, the line with a caret, and what to do, and ends with 1', async () => {
  const root = project({
    '.claude/commands/review.md': '# Review\n\nRead @modules/quality/gate.md first.\n',
    '.claude/modules/quality/gates.md': '# Gates\n',
  })
  const { status, stdout } = await heddle(['check'], { cwd: join(root, '.claude/commands') })
  assert.equal(status, 1)
  assert.match(
    stdout,
    /\.claude\/commands\/review\.md\n {2}3:6 +error +"@modules\/quality\/gate\.md" names a file/,
  )
  assert.match(stdout, /│ Read @modules\/quality\/gate\.md first\.\n {4}│ {6}\^/)
  assert.match(stdout, /→ Did you mean @modules\/quality\/gates\.md\?/)
  assert.match(stdout, /✗ 2 modules, 1 reference \(0 resolved, 1 missing\): 1 error/)
})

test('check and graph as JSON have the shapes of the contract', async () => {
  const root = join(fixtures, 'missing-reference')
  const checked = await heddle(['check', '--root', root, '--format', 'json'])
  const report = JSON.parse(checked.stdout) as CheckReport
  assert.deepEqual(Object.keys(report), ['root', 'modules', 'references', 'diagnostics', 'suppressed'])
  assert.equal(checked.status, 1)
  const drawn = await heddle(['graph', '--root', root, '--format', 'json'])
  assert.equal(drawn.status, 0)
  const graph = JSON.parse(drawn.stdout) as Graph
  assert.deepEqual(Object.keys(graph), ['modules', 'references', 'cycles'])
  assert.deepEqual(Object.keys(graph.references[0]!).toSorted(), [
    'class',
    'column',
    'form',
    'from',
    'layer',
    'line',
    'rung',
    'status',
    'suggestion',
    'target',
    'text',
    'to',
  ])
  assert.deepEqual(Object.keys(graph.modules[0]!), [
    'id',
    'path',
    'kind',
    'name',
    'title',
    'version',
    'bytes',
    'tokens',
    'entry',
    'orphan',
  ])
})

test('resolve and why end with 1 for a reference that is not there, and suggest one that is', async () => {
  const root = join(fixtures, 'minimal')
  const { status, stdout } = await heddle([
    'resolve',
    '@system/context/session-management.md',
    '--root',
    root,
    '--format',
    'json',
  ])
  assert.equal(status, 1)
  const found = JSON.parse(stdout) as Resolved
  assert.deepEqual(Object.keys(found), ['reference', 'from', 'status', 'path', 'layer', 'rung', 'suggestion'])
  assert.equal(found.suggestion?.path, '@system/session/session-management.md')
  const why = await heddle(['why', '@system/session/session-management.md', '--root', root])
  assert.equal(why.status, 0)
  assert.match(why.stdout, /^heddle:modules\/system\/session\/session-management\.md \(built-in, by alias\)/)
  assert.match(why.stdout, /✓ {2}alias {2}heddle:modules\/system\/session\/session-management\.md/)
})

test('four checks of a second each take well under two, and the report says what was saved', async () => {
  const { status, stdout, stderr } = await heddle([
    'run',
    'protocol',
    '--root',
    copyOf('four-checks'),
    '--format',
    'json',
  ])
  assert.equal(status, 0, stderr)
  const report = JSON.parse(stdout) as Report
  assert.equal(report.status, 'passed')
  assert.ok(report.timing.serialMs > 3_900, `serial ${report.timing.serialMs}`)
  assert.ok(report.timing.reduction > 0.5, `reduction ${report.timing.reduction}`)
  const checks = report.groups.flatMap(({ operations }) => operations).filter(({ kind }) => kind === 'bash')
  assert.equal(checks.length, 4)
  assert.deepEqual(
    checkGates(report).map(({ status }) => status),
    ['passed', 'passed', 'passed', 'passed'],
  )
})

test('one failing check leaves the others complete, fails its gate and ends with 1', async () => {
  const { status, stdout } = await heddle([
    'run',
    'protocol',
    '--root',
    copyOf('one-failing-check'),
    '--format',
    'json',
  ])
  assert.equal(status, 1)
  const report = JSON.parse(stdout) as Report
  assert.equal(report.status, 'failed')
  const checks = report.groups.flatMap(({ operations }) => operations).filter(({ kind }) => kind === 'bash')
  assert.deepEqual(checks.map(({ status }) => status).toSorted(), ['done', 'done', 'done', 'failed'])
  assert.equal(checkGates(report).filter(({ status }) => status === 'failed').length, 1)
})

test('Ctrl-C in the middle ends what runs and exits with 130', async () => {
  const root = project({
    'package.json': JSON.stringify({
      scripts: { test: 'node -e "setTimeout(() => {}, 60000)"', lint: 'node -e ""' },
    }),
  })
  const ended = await heddle(['run', 'protocol', '--root', root, '--format', 'json'], { interruptAt: 'lint' })
  assert.equal(ended.status, 130, ended.stderr)
  const report = JSON.parse(ended.stdout) as Report
  assert.equal(report.status, 'cancelled')
  assert.match(ended.stderr, /Interrupted/)
})

test('wrong usage ends with 2 and one clear message', async () => {
  const cases: [string[], RegExp][] = [
    [['run', 'taks', '--root', 'minimal'], /There is no command "taks"[^]*Did you mean "task"\?/],
    [['run', 'query', '--root', 'minimal'], /needs the argument "query"[^]*Usage: heddle run query <query>/],
    [['run', 'query', 'a', '--nonsense', 'b', '--root', 'minimal'], /There is no argument "nonsense"/],
    [['list', 'things', '--root', 'minimal'], /There is no list of "things"/],
    [['chekc'], /Unknown command 'chekc'\.[^]*→ Did you mean check\? See heddle --help\./],
    [
      ['check', '--formt', 'json'],
      /Unknown option '--formt'\.[^]*→ Did you mean --format\? See heddle check/,
    ],
    [['completion', '--nonsense'], /Unknown option '--nonsense'\.[^]*→ See heddle completion --help\./],
    [['run', '--resum'], /Unknown option '--resum'\.[^]*→ Options of a command follow its name/],
    [
      ['context'],
      /Missing required argument 'reference'\.[^]*→ Usage: heddle context \[options\] <reference/,
    ],
    [
      ['context', 'a.md', '--budget'],
      /'--budget <tokens>' argument missing\.[^]*→ See heddle context --help/,
    ],
    [['graph', 'a.md'], /Too many arguments[^]*→ Usage: heddle graph \[options\]\. See heddle graph --help/],
    [['check', '--root', 'nowhere'], /The root "nowhere" does not exist/],
    [['check', '--format', 'yaml'], /Allowed choices are text, json/],
  ]
  const runs = cases.map(async ([words, message]) => {
    const { status, stdout, stderr } = await heddle(words)
    assert.equal(status, 2, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, message)
    assert.equal(stderr.match(/^ {2}error /gm)?.length, 1, stderr)
    assert.equal(stdout, '')
  })
  await Promise.all(runs)
})

test('a plugin that throws and one that never settles are named, and everything else still works', async () => {
  const root = project({
    'heddle.config.mjs': `
      const plugin = (name, apply) => ({ plugin: { name, apply }, options: {} })
      export default {
        hookDeadlineMs: 300,
        plugins: [
          plugin('thrower', (hooks) => hooks.parse.tap('thrower', () => { throw new Error('no such luck') })),
          plugin('sleeper', (hooks) => hooks.plan.for('search').tap('sleeper', () => new Promise(() => {}))),
        ],
      }`,
    'a.md': '# A\n\nTODO: more\n',
  })
  const checked = await heddle(['check', '--root', root, '--format', 'json'])
  const { diagnostics, modules } = JSON.parse(checked.stdout) as CheckReport
  assert.equal(checked.status, 1)
  assert.equal(modules, 1)
  assert.deepEqual(
    diagnostics.map(({ code, plugin }) => `${code} ${plugin}`),
    ['PLUGIN_FAILED thrower'],
  )
  const ran = await heddle(['run', 'query', 'TODO', '--root', root, '--format', 'json'])
  assert.equal(ran.status, 1, ran.stderr)
  const report = JSON.parse(ran.stdout) as Report
  assert.equal(report.status, 'partial')
  assert.ok(report.diagnostics.some(({ code, plugin }) => code === 'PLUGIN_TIMEOUT' && plugin === 'sleeper'))
  assert.ok(report.groups.some(({ name }) => name.startsWith('search/')))
  const without = await heddle(['check', '--root', root, '--no-config', '--format', 'json'])
  assert.equal(without.status, 0)
})

test('broken front matter and references out of the root are a finding each', async () => {
  const broken = await heddle(['check', '--root', 'broken-front-matter', '--format', 'json'])
  assert.equal(broken.status, 1)
  const outside = await heddle(['check', '--root', 'outside-root', '--format', 'json'])
  assert.equal(outside.status, 1)
  const { diagnostics } = JSON.parse(outside.stdout) as CheckReport
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['OUTSIDE_ROOT', 'OUTSIDE_ROOT', 'OUTSIDE_ROOT'],
  )
})

test('help explains every command and the arguments of a command', async () => {
  const all = await heddle(['--help'])
  assert.equal(all.status, 0)
  for (const name of ['check', 'graph', 'resolve', 'why', 'list', 'run']) {
    assert.match(all.stdout, new RegExp(`^ {2}${name} `, 'm'))
    if (name !== 'run') assert.equal((await heddle([name, '--help'])).status, 0)
  }
  const { stdout } = await heddle(['run', 'task', '--help', '--root', 'minimal'])
  assert.match(stdout, /Usage: heddle run task <component>/)
})

test('check as SARIF says where each finding is, relative to the root and in UTF-16 units, and what its code means', async () => {
  const root = project({
    '.claude/commands/a b/ümlaut.md': '# A\n\n😀 @modules/none.md\n',
    '.claude/modules/orphan.md': '# Orphan\n',
  })
  const { status, stdout } = await heddle(['check', '--root', root, '--format', 'sarif'])
  assert.equal(status, 1)
  const log = JSON.parse(stdout) as {
    version: string
    runs: {
      tool: { driver: { name: string; version: string; rules: { id: string; help: { text: string } }[] } }
      columnKind: string
      originalUriBaseIds: object
      results: {
        ruleId: string
        ruleIndex: number
        level: string
        message: { text: string }
        locations: {
          physicalLocation: {
            artifactLocation: { uri: string; uriBaseId: string }
            region: { startLine: number; startColumn: number }
          }
        }[]
      }[]
    }[]
  }
  assert.equal(log.version, '2.1.0')
  const [run] = log.runs
  assert.equal(run!.columnKind, 'utf16CodeUnits')
  assert.deepEqual(Object.keys(run!.originalUriBaseIds), ['%SRCROOT%'])
  const { name, rules } = run!.tool.driver
  assert.deepEqual([name, rules.map(({ id }) => id)], ['heddle', ['ORPHAN', 'REFERENCE_MISSING']])
  assert.ok(rules.every(({ help }) => help.text.length > 20))
  assert.deepEqual(
    run!.results.map(({ ruleId, ruleIndex, level, locations }) => {
      const [{ physicalLocation: place } = assert.fail()] = locations
      const { startLine, startColumn } = place.region
      return [rules[ruleIndex]!.id === ruleId, level, place.artifactLocation.uri, startLine, startColumn]
    }),
    [
      [true, 'error', '.claude/commands/a%20b/%C3%BCmlaut.md', 3, 4],
      [true, 'note', '.claude/modules/orphan.md', 1, 1],
    ],
  )
})

test('check takes paths from the current folder or the root, and counts warnings when it is told to', async () => {
  const root = project({
    '.claude/commands/a.md': '@modules/none.md\n',
    '.claude/skills/s/SKILL.md': '---\nname: t\ndescription: d\n---\n',
  })
  const cwd = join(root, '.claude/skills')
  assert.equal((await heddle(['check', 's'], { cwd })).status, 0)
  assert.equal((await heddle(['check', '.claude/commands'], { cwd })).status, 1)
  assert.equal((await heddle(['check', 's', '--max-warnings', '1'], { cwd })).status, 0)
  assert.equal((await heddle(['check', 's', '--max-warnings', '0'], { cwd })).status, 1)
  const unknown = await heddle(['check', 'nowhere'], { cwd })
  assert.equal(unknown.status, 2)
  assert.match(unknown.stderr, /There is nothing at "nowhere"/)
  assert.equal((await heddle(['check', '--max-warnings', 'some'], { cwd })).status, 2)
})

test('the end of a check names the commonest codes and what to type next, never what a shell would read into it', async () => {
  const root = project({
    '.claude/commands/a.md': '@modules/gate.md, @modules/none.md\n',
    '.claude/commands/0.md': '[x](<none;touch broken.md>)\n',
    '.claude/modules/gates.md': '# Gates\n',
  })
  const { stdout } = await heddle(['check'], { cwd: root })
  assert.match(stdout, /3 errors\n {2}3 REFERENCE_MISSING, 1 ORPHAN\n/)
  assert.match(stdout, /\nNext:\n {2}heddle fix +shows what it can repair/)
  assert.match(
    stdout,
    /\n {2}heddle why @modules\/none\.md --from \.claude\/commands\/a\.md +says every place/,
  )
  assert.doesNotMatch(stdout.slice(stdout.indexOf('Next:')), /touch/)
})

test('what a long command at the end of a check does stands below it, not far to the right', async () => {
  const root = project({
    '.claude/commands/a.md': '@modules/gate.md, @modules/none.md\n',
    'gate.md': '# G\n',
  })
  const long = `${root}${'/.'.repeat(40)}`
  const { stdout } = await heddle(['check', '--root', long])
  const place = long.replaceAll('.', '\\.')
  assert.match(stdout, new RegExp(`\nNext:\n {2}heddle fix --root ${place}\n {6}shows what it can repair`))
  assert.match(stdout, new RegExp(`\n {2}heddle why .* --root ${place}\n {6}says every place`))
})

test('check --if-deleted says what would break and why --who who refers; each ends with 1 when the answer is bad news', async () => {
  const root = copyOf('minimal')
  const broken = await heddle(['check', '--if-deleted', '.claude/modules', '--format', 'json'], { cwd: root })
  assert.equal(broken.status, 1)
  const { deleted, broken: references } = JSON.parse(broken.stdout) as Deletion
  assert.deepEqual(deleted, ['.claude/modules/patterns/greeting.md'])
  assert.deepEqual(Object.keys(references[0]!), ['from', 'line', 'column', 'text', 'to', 'then'])
  const text = await heddle(['check', '--if-deleted', '@modules/patterns/greeting.md'], { cwd: root })
  assert.match(text.stdout, /Would break:\n {2}\.claude\/commands\/greet\.md:\d+:\d+ [^]*→ missing/)
  assert.match(text.stdout, /✗ Deleting 1 file would break 1 reference in 1 file\./)
  assert.equal((await heddle(['check', '--if-deleted', '.claude/commands'], { cwd: root })).status, 0)

  const who = await heddle(['why', '--who', 'greeting.md', '--deep', '--format', 'json'], {
    cwd: join(root, '.claude/modules/patterns'),
  })
  assert.equal(who.status, 0)
  const found = JSON.parse(who.stdout) as Referrers
  assert.deepEqual(Object.keys(found), ['path', 'referrers', 'chains'])
  assert.deepEqual(Object.keys(found.referrers[0]!), [
    'from',
    'line',
    'column',
    'text',
    'form',
    'through',
    'rung',
    'status',
  ])
  const nobody = await heddle(['why', '--who', '.claude/commands/greet.md'], { cwd: root })
  assert.equal(nobody.status, 1)
  assert.match(nobody.stdout, /Nobody refers to \.claude\/commands\/greet\.md\./)
  assert.equal((await heddle(['why'], { cwd: root })).status, 2)
})
