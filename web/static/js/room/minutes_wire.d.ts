/** What the office says of the minutes, under the page's `minutes_url`. */

export interface Written { words: string; version: number; changed_at?: string | null; changed_by?: string | null }

export interface Paragraph {
  /** counts within its field, as the office counts */
  paragraph: number;
  words: string;
  words_sha256: string;
}

export interface ParagraphAnswer { field: string; paragraph: number; answer: "agree" | "object"; objection: string | null }

export interface View {
  code: string;
  state: string;
  version: number;
  fields: Record<string, Written>;
  answers: ParagraphAnswer[];
  paragraphs: Record<string, Paragraph[]>;
  method: string | null;
  may: { edit?: boolean; show?: boolean; answer?: boolean; confirm?: boolean };
}

export interface Draft {
  words: string;
  base: number;
  state: "typing" | "saving" | "unsent" | "stale";
  theirs: Written | null;
  key: string | null;
}
