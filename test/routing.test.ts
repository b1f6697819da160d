import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Framework, Outcome, Planning } from 'heddle'
import { preset, routing, type RoutingDecision } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { planRouting } from '../plugins/routing/plan.ts'
import { assess, type Assessment, type RouteCase, readCases } from '../core/cli/route-cases.ts'
import { commandLine } from './command-line.ts'

const commands = new URL('../modules/commands/', import.meta.url)

test('every request beside a command is told apart: none is taken by another command, and few find none', async () => {
  const framework = await frameworkOver({})
  const { cases, precision, recall, matrix, commands } = await assessOver(framework)
  assert.ok(cases >= 120, `${cases} requests`)
  assert.ok(precision! >= 0.97 && recall! >= 0.97, `precision ${precision}, recall ${recall}`)
  for (const one of commands) assert.ok(one.cases >= 15 && one.recall! >= 0.9, JSON.stringify(one))
  assert.deepEqual(collisions(matrix), [])
  await framework.dispose()
})

test('a command that claims what another serves shows in the matrix with the requests that it takes', async () => {
  const framework = await frameworkOver({
    '.heddle/commands/hoover.md':
      '---\nkind: command\npattern: search\nrouting:\n  verbs: [find, search, locate]\n  phrases: [where is, where do, look for, find all, search the code]\n---\n# Hoover\n',
  })
  const { matrix, wrong } = await assessOver(framework)
  assert.ok(
    collisions(matrix).some((collision) => /^query → hoover: [2-9]/.test(collision)),
    JSON.stringify(matrix),
  )
  const taken = wrong.filter(({ chosen }) => chosen === 'hoover')
  assert.ok(taken.length >= 2 && taken.every(({ own }) => own === 'query'), JSON.stringify(wrong))
  await framework.dispose()
})

/** Written after the words of the commands were settled, and never used to settle them. */
const unseen: readonly (readonly [command: string | null, request: string])[] = [
  ['query', 'where do we open the database connection?'],
  ['query', 'find everything that touches the payment table'],
  ['query', 'which file has the regular expression for dates'],
  ['analyze', 'explain the folder core/vfs to me'],
  ['analyze', 'what depends on src/user.ts'],
  ['analyze', 'overview of the packages and their imports'],
  ['task', 'implement two-factor login'],
  ['task', 'fix src/clock.ts, it is an hour off'],
  ['task', 'add a test for the empty basket'],
  ['protocol', 'run everything we need before the release'],
  ['protocol', 'check types and lint'],
  ['protocol', 'is it ready to ship?'],
  ['session', 'save this session as half-done'],
  ['session', 'continue with what we did last time'],
  ['session', 'what are my sessions'],
  ['docs', 'which links in the guide are broken?'],
  ['docs', 'the readme is outdated'],
  ['docs', 'document src/basket.ts'],
  ['meta', 'which modules are orphans'],
  ['meta', 'how expensive is the framework in tokens'],
  ['meta', 'are there cycles in the module graph'],
  [null, 'how are you today?'],
  [null, 'what should I cook tonight'],
]

test('requests that nobody had in mind go to the right command four times out of five', async () => {
  const framework = await frameworkOver({})
  const cases = unseen.map(([command, request]) => ({ command, request }))
  const { wrong } = await assessOver(framework, cases)
  assert.ok(wrong.length * 5 <= cases.length, JSON.stringify(wrong))
  await framework.dispose()
})

test('a decision names its reasons, the next best, how much is asked for and what to type', async () => {
  const framework = await frameworkOver({ 'src/user.ts': '', 'test/user.test.ts': '' })
  const decide = async (request: string): Promise<RoutingDecision> => decisionOf(framework, request)
  const task = await decide('fix the bug in src/user.ts')
  assert.equal(task.recommendedCommand, 'task')
  assert.deepEqual(task.invocation, ['heddle', 'run', 'task', 'src/user.ts'])
  assert.ok(task.confidenceScore > 0.6)
  assert.ok(task.rationale.some((reason) => reason.includes('"fix"')))
  assert.equal(task.complexity, 'simple')
  const many = await decide(
    'migrate every module to the new parser and then update the docs, and also run the checks',
  )
  assert.equal(many.complexity, 'complex')
  assert.ok(many.alternatives.length > 0)
  assert.equal(
    (await decide('migrate the user store to the new API, then update the docs')).recommendedCommand,
    'task',
  )
  assert.equal((await decide('update the docs, then migrate the user store')).recommendedCommand, 'docs')
  const none = await decide('good evening')
  assert.deepEqual([none.recommendedCommand, none.invocation, none.confidenceScore], [null, null, 0])
  assert.equal((await decide('/meta please')).recommendedCommand, 'meta')
  assert.deepEqual(await decide('fix the bug in src/user.ts'), task)
  await framework.dispose()
})

test('the five looks at the project overlap, and one that fails leaves a choice that says so', async () => {
  const framework = await frameworkOver({ 'src/a.ts': '// TODO' })
  const running = new Set<string>()
  let most = 0
  await framework.run(
    'auto',
    { request: 'find TODO' },
    {
      onEvent(event) {
        if (event.type === 'operation-started') most = Math.max(most, running.add(event.operation).size)
        if (event.type === 'operation-ended') running.delete(event.operation)
      },
    },
  )
  assert.ok(most >= 2, `${most} at once`)
  await framework.dispose()
  const planning = { arguments: { request: 'find TODO' }, commands: async () => [], command: { id: 'auto' } }
  const [group] = await planRouting(planning as unknown as Planning, { prefer: {} })
  const failed = { name: 'todos', kind: 'grep', status: 'failed', output: null } as Outcome
  const context = { outcomes: new Map(), report() {} }
  const decision = (await group!.synthesise!([failed], context)) as RoutingDecision
  assert.equal(decision.parallelAnalysisComplete, false)
})

test('a preference decides between what is nearly equal, and never what nothing speaks for', async () => {
  const files = {
    '.heddle/commands/one.md':
      '---\nkind: command\npattern: search\nrouting:\n  verbs: [weave]\n---\n# One\n',
    '.heddle/commands/two.md':
      '---\nkind: command\npattern: search\nrouting:\n  verbs: [weave]\n---\n# Two\n',
  }
  const of = async (prefer: Record<string, number>, request: string): Promise<string | null> => {
    const plugins = [...preset().filter(({ plugin }) => plugin.name !== 'routing'), routing({ prefer })]
    const framework = await createTestFramework({ files, plugins, builtIn: true })
    const decision = await decisionOf(framework, request)
    await framework.dispose()
    return decision.recommendedCommand
  }
  assert.equal(await of({}, 'weave a cloth'), 'one')
  assert.equal(await of({ two: 0.5 }, 'weave a cloth'), 'two')
  assert.equal(await of({ two: 10 }, 'good morning'), null)
})

test('a word that many commands claim says less than one that a single command claims', async () => {
  const command = (name: string, words: string): [string, string] => [
    `.heddle/commands/${name}.md`,
    `---\nkind: command\npattern: search\nrouting:\n  objects: [${words}]\n---\n# ${name}\n`,
  ]
  const files = Object.fromEntries([
    command('one', 'loom, warp'),
    command('two', 'loom, weft'),
    command('three', 'loom, warp'),
  ])
  const framework = await createTestFramework({ files, plugins: [...preset()], builtIn: true })
  const decision = await decisionOf(framework, 'the loom, the warp, the weft')
  assert.equal(decision.recommendedCommand, 'two')
  await framework.dispose()
})

test('heddle route prints what to type so that a shell runs what is shown, and 1 when nothing fits', async () => {
  const shown = await cli('route', 'find "$(touch x)"')
  assert.equal(shown.stdout.split('\n')[0], "heddle run query '$(touch x)'")
  assert.equal((await cli('route', 'good morning')).code, 1)
  assert.equal((await cli('route')).code, 2)
  const json = JSON.parse((await cli('route', 'save my work', '--format', 'json')).stdout) as RoutingDecision
  assert.equal(json.recommendedCommand, 'session')
  const measured = JSON.parse((await cli('route', '--test', '--format', 'json')).stdout) as Assessment
  const files = readdirSync(commands).filter((name) => name.endsWith('.triggers.txt'))
  const lines = files.flatMap((name) => readFileSync(new URL(name, commands), 'utf8').trim().split('\n'))
  assert.equal(measured.cases, lines.length)
})

async function frameworkOver(files: Record<string, string>): Promise<Framework> {
  return createTestFramework({ files, plugins: [...preset()], builtIn: true })
}

async function assessOver(framework: Framework, given?: readonly RouteCase[]): Promise<Assessment> {
  const cases = given ?? (await readCases(framework))
  const report = await framework.run('auto', { request: cases.map(({ request }) => request).join('\n') })
  const { decisions } = report.groups[0]!.synthesis as { decisions: readonly RoutingDecision[] }
  return assess(
    cases,
    decisions.map(({ recommendedCommand }) => recommendedCommand),
  )
}

async function decisionOf(framework: Framework, request: string): Promise<RoutingDecision> {
  const report = await framework.run('auto', { request })
  return report.groups[0]!.synthesis as RoutingDecision
}

/** Requests of one command that another takes. */
function collisions(matrix: Assessment['matrix']): string[] {
  return Object.entries(matrix).flatMap(([own, row]) =>
    Object.entries(row)
      .filter(([chosen]) => chosen !== own && chosen !== '-')
      .map(([chosen, times]) => `${own} → ${chosen}: ${times}`),
  )
}

async function cli(...words: string[]): Promise<{ stdout: string; code: number }> {
  const given = [...commandLine, ...words]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...given, '--no-config'], {
      encoding: 'utf8',
    })
    return { stdout, code: 0 }
  } catch (thrown) {
    const { stdout, code } = thrown as { stdout: string; code: number }
    return { stdout, code }
  }
}
