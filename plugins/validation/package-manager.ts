import type { Project } from './check.ts'

export type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'bun'

/** The package manager of a project. */
export interface PackageManager {
  readonly name: ManagerName
  /** True when a script may be run without it: it would do no more than start a shell with a longer PATH. */
  readonly isBypassed: boolean
}

const lockFiles: readonly (readonly [string, ManagerName])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** The package manager by the field `packageManager`, then by lock file; npm when neither tells. */
export async function findPackageManager(project: Project, field: string): Promise<PackageManager> {
  const named = /^(npm|pnpm|yarn|bun)(?:@(\d+))?/.exec(field)
  const name = (named?.[1] as ManagerName | undefined) ?? (await byLockFile(project))
  if (process.platform === 'win32' || name === 'bun' || (await hasScriptSettings(project)))
    return { name, isBypassed: false }
  // Yarn from its second version on has a shell of its own, and may keep programs in archives.
  const isModernYarn = name === 'yarn' && (Number(named?.[2] ?? 1) > 1 || (await project.has('.yarnrc.yml')))
  return { name, isBypassed: !isModernYarn }
}

async function byLockFile(project: Project): Promise<ManagerName> {
  for (const [file, name] of lockFiles) if (await project.has(file)) return name
  return 'npm'
}

async function hasScriptSettings(project: Project): Promise<boolean> {
  return /^\s*(?:script-shell|shell-emulator|node-options|ignore-scripts|enable-pre-post-scripts)\s*=/m.test(
    (await project.read('.npmrc')) ?? '',
  )
}
