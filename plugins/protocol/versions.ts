import type { Reason } from './result.ts'

/** A file of the project with its text. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** The version that a manifest names for the project itself; undefined when it names none. */
export function versionIn({ path, text }: TextFile): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.endsWith('.json')) return versionInJson(text)
  const table = name === 'pyproject.toml' ? 'project' : name === 'Cargo.toml' ? 'package' : 'metadata'
  return versionInTable(text, table)
}

function versionInJson(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown }
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}

/** `version = "1.2.3"` below `[project]`, `[tool.poetry]`, `[package]` or `[metadata]`. */
function versionInTable(text: string, table: string): string | undefined {
  let isOurs = false
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[([\w.-]+)\]\s*$/.exec(line)
    if (head) isOurs = head[1] === table || head[1] === 'tool.poetry'
    const version = isOurs ? /^version\s*=\s*["']?([\w.+-]{1,60})["']?\s*$/.exec(line) : null
    if (version) return version[1]
  }
  return undefined
}

/** The newest version that a changelog tells of, and whether it only collects what is to come. */
export function newestIn(text: string): { version: string | null; hasUnreleased: boolean } {
  const headings = text.split(/\r?\n/).filter((line) => /^#{1,3} |^=+ /.test(line))
  const version = headings.map((line) => /\b[vV]?(\d+\.\d+(?:\.\d+)?(?:[-+][\w.]{1,40})?)/.exec(line)?.[1])
  return {
    version: version.find((one) => one !== undefined) ?? null,
    hasUnreleased: headings.some((line) => /unreleased/i.test(line)),
  }
}

/** Whether the manifests agree with each other, the changelog tells of the version, and no earlier commit has its tag. */
export function judgeVersions(given: {
  readonly versions: Readonly<Record<string, string>>
  readonly changelog: TextFile | undefined
  /** Null where there is no repository to ask. */
  readonly tags: { readonly all: readonly string[]; readonly here: readonly string[] } | null
}): Reason[] {
  const { versions, changelog, tags } = given
  const named = [...new Set(Object.values(versions))]
  if (named.length === 0)
    return [{ what: 'version', status: 'unknown', text: 'No manifest names a version.' }]
  if (named.length > 1) {
    const told = Object.entries(versions).map(([path, version]) => `${path} says ${version}`)
    return [{ what: 'version', status: 'bad', text: `The manifests do not agree: ${told.join(', ')}.` }]
  }
  const [version] = named as [string]
  return [
    { what: 'version', status: 'good', text: `Every manifest says ${version}.` },
    judgeChangelog(version, changelog),
    ...judgeTags(version, tags),
  ]
}

function judgeChangelog(version: string, changelog: TextFile | undefined): Reason {
  if (!changelog) return { what: 'changelog', status: 'unknown', text: 'There is no changelog.' }
  const { version: newest } = newestIn(changelog.text)
  return newest === version
    ? { what: 'changelog', status: 'good', text: `${changelog.path} tells of ${version}.` }
    : {
        what: 'changelog',
        status: 'bad',
        text: `${changelog.path} tells of ${newest ?? 'no version'} last, not of ${version}.`,
      }
}

function judgeTags(
  version: string,
  tags: { all: readonly string[]; here: readonly string[] } | null,
): Reason[] {
  if (!tags) return []
  const isTagged = (list: readonly string[]): boolean =>
    list.includes(version) || list.includes(`v${version}`)
  return isTagged(tags.all) && !isTagged(tags.here)
    ? [
        {
          what: 'tag',
          status: 'bad',
          text: `${version} is the tag of an earlier commit: it was handed over already.`,
        },
      ]
    : [{ what: 'tag', status: 'good', text: `No earlier commit is ${version}.` }]
}
