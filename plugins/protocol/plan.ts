import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  bash,
  declaredSeverity,
  defineGroup,
  filesFound,
  type GateSpec,
  glob,
  grep,
  type Group,
  isTestPath,
  type Operation,
  type Outcome,
  type Planning,
  read,
} from 'heddle'
import { decide } from './decide.ts'
import type { ReadinessResult, Reason, SecretPlace } from './result.ts'
import { anySecret, placesOf } from './secrets.ts'
import { judgeVersions, type TextFile, versionIn } from './versions.ts'

const manifests = ['package.json', 'package-lock.json', 'pyproject.toml', 'setup.cfg', 'Cargo.toml']
const changelogs = ['CHANGELOG.md', 'CHANGELOG', 'CHANGES.md', 'HISTORY.md', 'changelog.md']

/**
 * One group: asks git for the tree and its tags, searches for secrets and reads manifests and changelog, all at once; the files in
 * which secrets stand are then looked at one by one.
 */
export function planProtocol(planning: Planning): readonly Group[] {
  const isRepository = planning.folder !== null && hasRepository(planning.folder)
  return [
    defineGroup<ReadinessResult>({
      name: 'readiness',
      operations: [
        ...(isRepository ? gitQuestions : []),
        grep({ pattern: anySecret, ignoreCase: true, outputMode: 'files-with-matches' }, { name: 'secrets' }),
        glob({ patterns: [...manifests, ...changelogs] }, { name: 'manifests' }),
      ],
      expand: (outcomes) => [
        ...filesFound(outcomes, 'manifests').map((path) => read(path, { name: path })),
        ...filesFound(outcomes, 'secrets').map((path) => ({ ...placesOf(path), name: `secrets in ${path}` })),
      ],
      synthesise(outcomes, context) {
        const result = readResult(outcomes, isRepository)
        for (const { path, line, rule } of result.secrets)
          context.report({
            code: `protocol/${rule}`,
            severity: isTestPath(path) ? 'warning' : 'error',
            message: 'A secret seems to stand here.',
            hint: 'Revoke it first; then take it out, and read it from the environment.',
            at: { path, line, column: 1 },
          })
        return result
      },
      gates: [
        gateOf(planning, 'no-secret-in-text', 'secrets'),
        gateOf(planning, 'clean-tree', 'tree'),
        gateOf(planning, 'versions-agree', 'version'),
        gateOf(planning, 'changelog-agrees', 'changelog'),
        gateOf(planning, 'not-handed-over-before', 'tag'),
        ...smallGate(planning),
      ],
    }),
  ]
}

/** It asks, and changes nothing but the index of git's own, which nobody reads back. */
const claims = { writes: [], scratch: ['.git/**'] }
const gitQuestions: readonly Operation[] = [
  bash({ program: 'git', arguments: ['status', '--porcelain', '--', '.'] }, { name: 'git status', claims }),
  bash({ program: 'git', arguments: ['tag', '--list'] }, { name: 'git tag', claims }),
  bash({ program: 'git', arguments: ['tag', '--points-at', 'HEAD'] }, { name: 'git tag here', claims }),
]

function hasRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}

function gateOf({ modules }: Planning, name: string, what: Reason['what']) {
  return {
    name,
    severity: declaredSeverity(modules, name, 'blocking'),
    check(_: unknown, result: ReadinessResult | undefined): boolean | undefined {
      const own = result?.reasons.filter((reason) => reason.what === what) ?? []
      if (own.some(({ status }) => status === 'bad')) return false
      return own.length > 0 && own.every(({ status }) => status === 'good') ? true : undefined
    },
  }
}

/** Judged where a module of the command says how many files a change may touch. */
function smallGate({ modules }: Planning): readonly GateSpec<ReadinessResult>[] {
  const declared = modules.flatMap(({ parts }) => parts.gates).find(({ name }) => name === 'change-is-small')
  const setting = modules
    .flatMap(({ parts }) => parts.settings)
    .find(({ name }) => name === 'max-changed-files')
  const most = Number(setting?.default ?? Number.NaN)
  if (!declared || !(most > 0)) return []
  const check = (outcomes: readonly Outcome[]): boolean | undefined => {
    const changed = linesOf(outcomes, 'git status')
    return changed === null ? undefined : changed.length <= most
  }
  return [{ name: declared.name, severity: declared.severity, check }]
}

function readResult(outcomes: readonly Outcome[], isRepository: boolean): ReadinessResult {
  const files = outcomes.flatMap(({ kind, status, output }) =>
    kind === 'read' && status === 'done' ? [output as TextFile] : [],
  )
  const versions = Object.fromEntries(
    files.flatMap((file) => {
      const version = changelogs.includes(file.path) ? undefined : versionIn(file)
      return version === undefined ? [] : [[file.path, version]]
    }),
  )
  const secrets = outcomes.flatMap(({ kind, status, output }) =>
    kind === 'secret-places' && status === 'done' ? (output as readonly SecretPlace[]) : [],
  )
  const [all, here] = [linesOf(outcomes, 'git tag'), linesOf(outcomes, 'git tag here')]
  const reasons = [
    judgeTree(isRepository ? linesOf(outcomes, 'git status') : null),
    judgeSecrets(outcomes, secrets),
    ...judgeVersions({
      versions,
      changelog: files.find(({ path }) => changelogs.includes(path)),
      tags: all && here ? { all, here } : null,
    }),
  ]
  return decide(reasons, { secrets, versions })
}

function judgeTree(changed: readonly string[] | null): Reason {
  if (!changed)
    return { what: 'tree', status: 'unknown', text: 'Git could not be asked for what is not committed.' }
  return changed.length === 0
    ? { what: 'tree', status: 'good', text: 'Everything is committed.' }
    : {
        what: 'tree',
        status: 'bad',
        text: `${changed.length} files are not committed, such as ${changed[0]!.slice(3)}.`,
      }
}

/** What could not be searched may hold a secret: then nothing is claimed. */
function judgeSecrets(outcomes: readonly Outcome[], secrets: readonly SecretPlace[]): Reason {
  const serious = secrets.filter(({ path }) => !isTestPath(path))
  const [first] = serious
  if (first)
    return {
      what: 'secrets',
      status: 'bad',
      text: `${serious.length} secrets seem to stand in the files, the first at ${first.path}:${first.line}.`,
    }
  const isWhole = outcomes
    .filter(({ name, kind }) => name === 'secrets' || kind === 'secret-places')
    .every(({ status }) => status === 'done')
  return isWhole
    ? { what: 'secrets', status: 'good', text: 'No secret was found.' }
    : { what: 'secrets', status: 'unknown', text: 'Not every file could be searched for secrets.' }
}

function linesOf(outcomes: readonly Outcome[], name: string): readonly string[] | null {
  const outcome = outcomes.find((one) => one.name === name && one.status === 'done')
  const { stdout } = (outcome?.output ?? {}) as { stdout?: unknown }
  return typeof stdout === 'string' ? stdout.split('\n').filter((line) => line !== '') : null
}
