import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { goTo, linkTo } from './route.ts'
import type { Shown } from './state.ts'

interface Place {
  readonly title: string
  readonly more: string
  readonly link: string
}

const mostFound = 12

/** Goes anywhere by a few letters: every module, every view. Opens with Ctrl+K. */
export function Palette({
  shown,
  isOpen,
  close,
}: {
  readonly shown: Shown | undefined
  readonly isOpen: boolean
  close(): void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Before anything is painted: a letter typed right after Ctrl+K belongs to the search.
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} class="palette" aria-label="Go to" onClose={close}>
      {isOpen && <Search shown={shown} close={close} />}
    </dialog>
  )
}

function Search({ shown, close }: { readonly shown: Shown | undefined; close(): void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const places = useMemo(() => placesOf(shown), [shown])
  const found = useMemo(() => findPlaces(places, text), [places, text])
  const go = (place: Place | undefined): void => {
    if (place) goTo(place.link)
    close()
  }
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((at + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(found[at])
    }
  }
  return (
    <>
      <input
        role="combobox"
        aria-label="Module or view"
        aria-expanded="true"
        aria-controls="places"
        aria-activedescendant={`place-${at}`}
        placeholder="Module, title or view…"
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <ul id="places" role="listbox" aria-label="Places">
        {found.map((place, index) => (
          <li key={place.link} id={`place-${index}`} role="option" aria-selected={index === at}>
            <a href={place.link} tabIndex={-1} onClick={close}>
              <span>{place.title}</span> <span class="soft">{place.more}</span>
            </a>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="nothing">Nothing is called that.</p>}
    </>
  )
}

function placesOf(shown: Shown | undefined): readonly Place[] {
  const views = ['overview', 'graph', 'modules', 'inspector', 'runs'] as const
  const own = views.map((view) => ({ title: view, more: 'view', link: linkTo(view) }))
  const modules = [...(shown?.modules.values() ?? [])].map(({ id, title, kind }) => ({
    title: id,
    more: `${kind}${title ? ` · ${title}` : ''}`,
    link: linkTo('module', { id }),
  }))
  return [...own, ...modules]
}

/** Places that hold every word; those whose name begins with the first of them, or ends a folder with it, come first. */
function findPlaces(places: readonly Place[], text: string): readonly Place[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return places.slice(0, mostFound)
  const scored: { place: Place; score: number }[] = []
  for (const place of places) {
    const title = place.title.toLowerCase()
    const all = `${title} ${place.more.toLowerCase()}`
    if (!words.every((word) => all.includes(word))) continue
    const name = title.slice(title.lastIndexOf('/') + 1)
    scored.push({ place, score: (name.startsWith(words[0]!) ? 2 : 0) + (title.includes(words[0]!) ? 1 : 0) })
  }
  return scored
    .sort((a, b) => b.score - a.score || a.place.title.length - b.place.title.length)
    .slice(0, mostFound)
    .map(({ place }) => place)
}
