import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type createFramework,
  defineConfig,
  defineGroup,
  defineOperation,
  definePlugin,
  grep,
  type Group,
  type Module,
  type Path,
  type parseReference,
  read,
  type Report,
} from 'heddle'

/** What each public entry exports. A change here is a change of the promise to users. */
const entries: Readonly<Record<string, readonly string[]>> = {
  heddle: [
    'HeddleError',
    'bash',
    'createFramework',
    'createTrace',
    'declaredSeverity',
    'defineCollection',
    'defineConfig',
    'defineGroup',
    'defineOperation',
    'definePlugin',
    'defineService',
    'edit',
    'explainConfig',
    'filesFound',
    'findExplanation',
    'findImported',
    'findKinds',
    'findNamedTests',
    'findNearest',
    'fix',
    'formatReference',
    'glob',
    'grep',
    'isManifest',
    'isTestPath',
    'jsonSchemaOfConfig',
    'languageOf',
    'list',
    'maskText',
    'meaningOf',
    'parseReference',
    'parseSyntax',
    'read',
    'readCodes',
    'readFrontMatter',
    'readSeverity',
    'readSource',
    'scanSource',
    'sourceEndings',
    'startOfProcess',
    'surveyProject',
    'todo',
    'tokenShapes',
    'write',
    'writeAgain',
  ],
  'heddle/files': [
    'createGate',
    'createWorkspace',
    'diskFiles',
    'gitFiles',
    'layerFiles',
    'memoryFiles',
    'mountFiles',
    'nodeFsOf',
    'packageFiles',
    'parsePath',
    'recoverCommit',
    'renamePath',
    'resolvePath',
  ],
  'heddle/testing': [
    'LeakError',
    'contractWorkbench',
    'createTestFramework',
    'createTestGate',
    'createTestOrder',
    'createTestPrograms',
    'createVirtualClock',
    'executorContract',
    'expectDiagnostics',
    'expectPlan',
    'filesContract',
    'injectFileFaults',
    'readTexts',
    'readingContract',
    'watchLeaks',
    'withoutLeaks',
  ],
  'heddle/server': ['createEditor', 'createHandler', 'listen', 'openEditions', 'serveStdio'],
  'heddle/plugins': [
    'agentsMd',
    'analysis',
    'chain',
    'claude',
    'context',
    'docs',
    'enhance',
    'feature',
    'meta',
    'performance',
    'preset',
    'protocol',
    'queue',
    'routing',
    'search',
    'session',
    'setup',
    'swarm',
    'tdd',
    'toSarif',
    'validation',
    'xmlBlocks',
  ],
}

for (const [entry, names] of Object.entries(entries)) {
  test(`${entry} exports what it promises and no more`, async () => {
    const loaded = (await import(entry)) as object
    assert.deepEqual(Object.keys(loaded).toSorted(), names)
  })
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the two functions are only compared, never called
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the parameter is the assertion
const same = <_ extends true>(): void => {}

test('types are as promised; this test is compiled, and a wrong type fails the compiler', () => {
  same<Equal<Awaited<ReturnType<Awaited<ReturnType<typeof createFramework>>['load']>>, Module>>()
  same<Equal<Awaited<ReturnType<Awaited<ReturnType<typeof createFramework>>['run']>>, Report>>()
  same<Equal<NonNullable<ReturnType<typeof parseReference>>['fragment'], string | null>>()

  const double = defineOperation({
    kind: 'double',
    description: 'Doubles a number.',
    lane: 'io',
    effects: 'none',
    idempotent: true,
    input: (z) => z.object({ value: z.number() }),
    output: (z) => z.object({ doubled: z.number() }),
    run: ({ value }) => ({ doubled: value * 2 }),
  })
  same<Equal<Parameters<typeof double.run>[0], { value: number }>>()

  const group = defineGroup({
    name: 'g',
    operations: [read('a.md'), grep({ pattern: 'x' })],
    synthesise: (outcomes) => outcomes.length,
    gates: [{ name: 'some', severity: 'blocking', check: (_, synthesis) => (synthesis ?? 0) > 0 }],
  })
  same<Equal<typeof group, Group>>()

  const plugin = definePlugin<{ threshold: number }>({ name: 'p', apply: () => {} })
  plugin({ threshold: 1 })
  // @ts-expect-error an option of the wrong type
  plugin({ threshold: 'high' })
  // @ts-expect-error an option that does not exist
  plugin({ treshold: 1 })
  // @ts-expect-error a key that does not exist
  defineConfig({ concurency: {} })
  // @ts-expect-error a path comes from the gate, not from any text
  const path: Path = 'a.md'
  assert.equal(path, 'a.md')
})
