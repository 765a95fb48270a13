import { count } from "./values";

/** A number with its noun, for example "1 row" or "2 rows". */
export const plural = (number: number, one: string, several: string): string => `${count(number)} ${number === 1 ? one : several}`;
