import type { Skill, SkillSource } from '@modelcontextprotocol/server/ext/skills'
import type { Module } from '../module/module.ts'
import type { Editions } from './edition.ts'
import { readModuleById } from './module-text.ts'

const prefix = 'skill://'

/** Every `SKILL.md` of the project as a skill. Its files besides markdown are not served: what they are is only known on the disk. */
export function createSkillSource(editions: Editions): SkillSource {
  const listIds = async (): Promise<string[]> =>
    editions.read(async (framework) => {
      const { modules } = await framework.graph()
      return modules.map(({ id }) => id).filter((id) => /(?:^|\/)SKILL\.md$/.test(id))
    })

  const entry = (id: string): Promise<Skill> =>
    editions.read(async (framework) => asSkill((await framework.view(id)).module))

  async function find(uri: string): Promise<string | undefined> {
    const id = idOf(uri)
    return id !== undefined && (await listIds()).includes(id) ? id : undefined
  }

  return {
    list: async () => ({ skills: await Promise.all((await listIds()).map(entry)) }),
    async get(uri) {
      const id = await find(uri)
      return id === undefined ? undefined : entry(id)
    },
    async read(uri) {
      const id = idOf(uri)
      const folders = (await listIds()).map((skill) => skill.slice(0, -'SKILL.md'.length))
      if (id === undefined || !folders.some((folder) => id.startsWith(folder))) return undefined
      return editions.read(async (framework) => {
        const { text } = await readModuleById(framework, id)
        return { text, mimeType: 'text/markdown' }
      })
    },
  }
}

function asSkill({ id, name, description, metadata }: Module): Skill {
  const uri = prefix + encodeURI(id)
  return { uri, frontmatter: { ...metadata, name, description }, resources: 'dynamic' }
}

function idOf(uri: string): string | undefined {
  if (!uri.startsWith(prefix)) return undefined
  try {
    return decodeURI(uri.slice(prefix.length))
  } catch {
    return undefined
  }
}
