import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How much a line can hold before the rest is folded away. */
export type Room = 'wide' | 'broad' | 'middle' | 'narrow';

/** From these widths on, in CSS pixels. */
const wide = 1300;
const broad = 1000;
const middle = 620;

export function roomOf(width: number): Room {
  if (width >= wide) return 'wide';
  if (width >= broad) return 'broad';
  return width >= middle ? 'middle' : 'narrow';
}

/** Tells a component how much room the window has, and draws it anew when that changes. */
export class RoomController implements ReactiveController {
  room: Room = roomOf(innerWidth);

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('resize', this.measure);
    this.measure();
  }

  hostDisconnected(): void {
    removeEventListener('resize', this.measure);
  }

  private readonly measure = (): void => {
    const room = roomOf(innerWidth);
    if (room === this.room) return;
    this.room = room;
    this.host.requestUpdate();
  };
}
