/** Longer secrets are cut. */
const longestSecret = 1024;

/** The keys that end a line, give up, and take back. */
const keys = { enter: [0x0d, 0x0a], giveUp: [0x03, 0x04], takeBack: [0x7f, 0x08] };

/** A secret as it is typed, in bytes that can be wiped: a string could not. */
export interface SecretLine {
  /** Takes keys, and wipes them. Gives the secret once it is entered, `"given-up"`, or `"more"`. */
  type(bytes: Uint8Array): Uint8Array | "given-up" | "more";
  /** Wipes what was typed. */
  wipe(): void;
}

/** An empty line for a secret. */
export function secretLine(): SecretLine {
  const secret = new Uint8Array(longestSecret);
  let length = 0;

  function press(key: number): Uint8Array | "given-up" | "more" {
    if (keys.enter.includes(key)) return secret.subarray(0, length);
    if (keys.giveUp.includes(key)) return "given-up";
    if (keys.takeBack.includes(key)) length = Math.max(0, length - 1);
    else if (length < longestSecret) secret[length++] = key;
    return "more";
  }

  return {
    wipe: () => void secret.fill(0),
    type(bytes) {
      let result: Uint8Array | "given-up" | "more" = "more";
      for (const key of bytes) {
        result = press(key);
        if (result !== "more") break;
      }
      bytes.fill(0);
      // What was taken back.
      if (result !== "more") secret.fill(0, length);
      return result;
    },
  };
}
