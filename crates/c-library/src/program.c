/* Calls into the program. Compiled without unwind tables: an exception that leaves a callback finds the end of the stack here,
 * so that the C++ runtime ends the process itself and says what was thrown; beyond are Rust frames, which it must not cross. */
void hwmqtt_into_program(void (*body)(void *), void *context);

void hwmqtt_into_program(void (*body)(void *), void *context)
{
    body(context);
    __asm__ volatile("" ::: "memory"); /* no tail call: this frame is the border */
}
