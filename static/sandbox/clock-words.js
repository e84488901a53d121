// An offset of the clock in words: "+3 дня 2 часа".
const UNITS = [[86400, ["день", "дня", "дней"]], [3600, ["час", "часа", "часов"]], [60, ["минута", "минуты", "минут"]]];

function plural(number, forms) {
  const tens = number % 100, ones = number % 10;
  if (ones === 1 && tens !== 11) return forms[0];
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? forms[1] : forms[2];
}

export function describe(seconds) {
  let rest = Math.abs(seconds);
  const words = [];
  for (const [size, forms] of UNITS) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count) words.push(`${count} ${plural(count, forms)}`);
  }
  if (!words.length) return seconds ? `${seconds} с` : "без сдвига";
  return `${seconds < 0 ? "−" : "+"}${words.join(" ")}`;
}
