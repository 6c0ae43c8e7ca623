import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Inject,
  Param,
  Patch,
  Req,
  UseGuards,
} from '@nestjs/common'
import { EditGuard } from './edit-guard'
import { JwtGuard, type UserRequest } from './jwt-guard'
import type { Opened } from './open-piecework'
import { OPENED } from './tokens'

/** The application's own routes. */
@Controller('plans')
@UseGuards(JwtGuard)
export class PlansController {
  constructor(@Inject(OPENED) private readonly opened: Opened) {}

  @Get()
  async list(@Req() { user }: UserRequest): Promise<unknown> {
    const { rows } = await this.opened.database.query(
      `SELECT id, name, (SELECT sum(hectares)::float8 FROM zones WHERE plan_id = plans.id) AS hectares
       FROM plans WHERE owner = $1 AND ready ORDER BY name`,
      [user?.id],
    )
    return rows
  }

  /** Whether they may is asked by the guard: the action `edit` of the policy. */
  @Patch(':id')
  @UseGuards(EditGuard)
  async rename(@Param('id') id: string, @Body() body: { name?: unknown } | undefined): Promise<unknown> {
    const name = body?.name
    if (typeof name !== 'string' || name === '') throw new BadRequestException('A plan needs a name.')
    await this.opened.database.query('UPDATE plans SET name = $2 WHERE id = $1', [id, name])
    return { id, name }
  }
}
