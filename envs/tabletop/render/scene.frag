#version 430

in vec3 place;
in vec3 facing;
in vec3 in_sun;
in vec4 colour;
flat in int id;

uniform vec3 eye;
uniform vec3 sun;
uniform sampler2DShadow shadows;

layout(location = 0) out vec4 out_colour;
layout(location = 1) out vec4 out_depth;
layout(location = 2) out int out_id;

float lit() {
    vec2 texel = 0.7 / vec2(textureSize(shadows, 0));
    float sum = texture(shadows, in_sun + vec3(texel.x, 0.4 * texel.y, 0.0));
    sum += texture(shadows, in_sun + vec3(-0.6 * texel.x, texel.y, 0.0));
    sum += texture(shadows, in_sun + vec3(-0.4 * texel.x, -texel.y, 0.0));
    return sum / 3.0;
}

void main() {
    vec3 n = normalize(facing);
    vec3 to_eye = normalize(eye - place);
    vec3 base = colour.rgb;
    if (id == 0) {  // the table's grain
        float wave = place.y * 46.0 + 1.3 * sin(place.x * 5.0) + 0.5 * sin(place.x * 17.0);
        base *= 1.0 + 0.035 * sin(wave) + 0.02 * sin(wave * 3.7 + place.x * 9.0);
    }
    float towards = dot(n, sun);
    float direct = towards > 0.0 ? towards * lit() : 0.0;
    vec3 ambient = mix(vec3(0.30, 0.27, 0.24), vec3(0.50, 0.52, 0.56), n.z * 0.5 + 0.5);
    float fill = max(dot(n, normalize(vec3(0.6, -0.7, 0.3))), 0.0);
    vec3 light = ambient + vec3(0.78, 0.74, 0.68) * direct + vec3(0.10, 0.11, 0.13) * fill;
    float gleam = pow(max(dot(n, normalize(sun + to_eye)), 0.0), 40.0) * (direct > 0.0 ? 1.0 : 0.0);
    vec3 shown = base * light + colour.a * gleam;
    out_colour = vec4(sqrt(clamp(shown, 0.0, 1.0)), 1.0);
    out_depth = vec4(1.0 / gl_FragCoord.w, 0.0, 0.0, 1.0);  // w is the distance along the axis
    out_id = id;
}
