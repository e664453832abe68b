// What an exported file says about itself: JSON in the metadata buffer that the format has.

import { ByteBuffer } from "flatbuffers";

const IDENTIFIER = "TFL3";
const NAME = "keras_drnn";
// Where a table's entry for a field is: fields have two bytes each, after two sizes.
const field = (index) => 4 + 2 * index;
const BUFFERS = field(4);
const METADATA = field(6);
const NAME_OF_METADATA = field(0);
const BUFFER_OF_METADATA = field(1);
const DATA_OF_BUFFER = field(0);

/**
 * Read what an exported model says about itself.
 *
 * @param {Uint8Array} content A `.tflite` file.
 * @returns {object} Empty if the file was not written by keras_drnn.
 */
export function readMetadata(content) {
  const file = new ByteBuffer(content);
  if (content.length < 8 || !file.__has_identifier(IDENTIFIER)) {
    throw new Error("Expected a LiteRT model, a .tflite file. Received: a file of another format");
  }
  const model = file.readInt32(0);
  for (const entry of tables(file, model, METADATA)) {
    if (file.__string(entry + file.__offset(entry, NAME_OF_METADATA)) !== NAME) continue;
    const index = file.readUint32(entry + file.__offset(entry, BUFFER_OF_METADATA));
    const buffer = tables(file, model, BUFFERS)[index];
    return JSON.parse(new TextDecoder().decode(bytes(file, buffer, DATA_OF_BUFFER)));
  }
  return {};
}

/** The tables that a field of a table lists. */
function tables(file, table, entry) {
  const offset = file.__offset(table, entry);
  if (!offset) return [];
  const [begin, length] = vector(file, table + offset);
  return Array.from({ length }, (_, index) => file.__indirect(begin + 4 * index));
}

/** The bytes that a field of a table holds. */
function bytes(file, table, entry) {
  const [begin, length] = vector(file, table + file.__offset(table, entry));
  return file.bytes().subarray(begin, begin + length);
}

function vector(file, place) {
  return [file.__vector(place), file.__vector_len(place)];
}
