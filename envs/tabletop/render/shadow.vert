#version 430
// What the sun sees: depth alone.

in vec3 in_position;
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;

uniform mat4 sun_clip;

void main() {
    vec4 local = vec4(in_position, 1.0);
    vec3 place = vec3(dot(in_row0, local), dot(in_row1, local), dot(in_row2, local));
    gl_Position = sun_clip * vec4(place, 1.0);
}
